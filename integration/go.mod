module github.com/cuepipe/cuepipe/integration

go 1.26.0

require github.com/cuepipe/cuepipe v0.0.0

replace github.com/cuepipe/cuepipe => ../
