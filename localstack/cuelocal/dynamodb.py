"""DynamoDB Local from a folder of jars, with the machine's own Java.

LocalStack would download its own copy and its own Java from places that may not be reachable. CUELOCAL_DYNAMODB names the folder
(tools/fetch/dynamodb-local.sh fills it).
"""

import os

from localstack.runtime import hooks


@hooks.on_infra_start()
def run_dynamodb_local_from_jars():
    from localstack.services.dynamodb.packages import dynamodblocal_package
    from localstack.services.dynamodb.server import DynamodbServer

    jars = os.environ["CUELOCAL_DYNAMODB"]
    installer = dynamodblocal_package.get_installer()
    installer.install = lambda *args, **kwargs: None
    installer.get_java_env_vars = lambda: {}

    def command(server) -> list[str]:
        return [
            # It must not outlive LocalStack, however that ends. The thread that starts it lives as long as LocalStack.
            *("setpriv", "--pdeathsig", "KILL", "--"),
            # A small test database: a bounded heap, one thread for its garbage, no time spent on optimising.
            *("java", f"-Xmx{server.heap_size}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"),
            *(f"-Djava.library.path={jars}", "-classpath", f"{jars}/*"),
            "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
            *("-port", str(server.port), "-inMemory"),
        ]

    DynamodbServer._create_shell_command = command
