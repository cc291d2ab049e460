module s3-cse/line-protocol

go 1.25
