module s3-cse/go-v1

go 1.25

require (
	github.com/aws/aws-sdk-go v1.55.8
	s3-cse/line-protocol v0.0.0
)

require github.com/jmespath/go-jmespath v0.4.0 // indirect

replace s3-cse/line-protocol => ../line-protocol
