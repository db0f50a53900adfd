module github.com/kith-id/kith

go 1.26
