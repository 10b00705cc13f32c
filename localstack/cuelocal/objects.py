"""Hands objects out in pieces of 1 MiB: LocalStack takes 64 KiB, and for each of them a change of threads, which makes reading a film
cost more of the processors than decoding its sound. Measurements share the processors with it."""

from localstack.runtime import hooks

PIECE = 1 << 20  # bytes


@hooks.on_infra_start()
def read_in_large_pieces():
    from localstack.services.s3.storage import ephemeral
    from twisted.internet import abstract

    ephemeral.S3_CHUNK_SIZE = PIECE
    abstract.FileDescriptor.SEND_LIMIT = PIECE  # what one call may send; Twisted's is 128 KiB
