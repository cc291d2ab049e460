// SPDX-License-Identifier: Apache-2.0

// Peer: s3crypto of the AWS SDK for Go v1. Its V1 clients write and read what is legacy, its V2 clients
// the rest.
package main

import (
	"bytes"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go/aws"
	"github.com/aws/aws-sdk-go/aws/credentials"
	"github.com/aws/aws-sdk-go/aws/endpoints"
	"github.com/aws/aws-sdk-go/aws/session"
	"github.com/aws/aws-sdk-go/service/kms"
	"github.com/aws/aws-sdk-go/service/s3"
	"github.com/aws/aws-sdk-go/service/s3/s3crypto"
	lineprotocol "s3-cse/line-protocol"
)

func main() {
	lineprotocol.Serve("go-v1", "github.com/aws/aws-sdk-go",
		map[string]func(*lineprotocol.Request) error{"put": put, "get": get, "bench": bench})
}

func refuse(r *lineprotocol.Request, more map[string]bool) error {
	reasons := map[string]bool{
		"raw keyrings":           !strings.HasPrefix(r.Keyring.Kind, "kms"),
		"key commitment":         r.Suite == "committing",
		"delayed authentication": r.Delayed,
	}
	for reason, holds := range more {
		reasons[reason] = holds
	}
	return lineprotocol.Refuse(reasons)
}

func open(server lineprotocol.Server) (*session.Session, error) {
	addresses := map[string]string{"s3": server.S3, "kms": server.KMS}
	return session.NewSession(&aws.Config{
		Region:           &server.Region,
		Credentials:      credentials.NewStaticCredentials(server.AccessKeyID, server.SecretAccessKey, ""),
		S3ForcePathStyle: aws.Bool(true),
		EndpointResolver: endpoints.ResolverFunc(func(
			service, region string, _ ...func(*endpoints.Options),
		) (endpoints.ResolvedEndpoint, error) {
			return endpoints.ResolvedEndpoint{URL: addresses[service], SigningRegion: region}, nil
		}),
	})
}

func put(r *lineprotocol.Request) error {
	sdk, err := open(r.Server)
	if err != nil {
		return err
	}
	putObject, err := putter(sdk, r)
	if err != nil {
		return err
	}
	body, err := os.Open(r.File)
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = putObject(&s3.PutObjectInput{Bucket: &r.Bucket, Key: &r.Key, Body: body})
	return err
}

type putObject func(*s3.PutObjectInput) (*s3.PutObjectOutput, error)

func putter(sdk *session.Session, r *lineprotocol.Request) (putObject, error) {
	if err := refuse(r, map[string]bool{
		"CBC with kms+context on write": r.Suite == "cbc" && r.Keyring.Kind == "kms+context",
		"multipart uploads":             r.Multipart != nil,
	}); err != nil {
		return nil, err
	}
	var save s3crypto.SaveStrategy = s3crypto.HeaderV2SaveStrategy{}
	if r.Storage == "instruction" {
		save = s3crypto.S3SaveStrategy{Client: s3.New(sdk), InstructionFileSuffix: r.Suffix}
	}
	if r.Keyring.Kind == "kms" {
		return putterV1(sdk, r, save), nil
	}
	keys := s3crypto.NewKMSContextKeyGenerator(kms.New(sdk), r.Keyring.KmsKeyID, description(r))
	client, err := s3crypto.NewEncryptionClientV2(sdk, s3crypto.AESGCMContentCipherBuilderV2(keys),
		func(o *s3crypto.EncryptionClientOptions) { o.SaveStrategy = save })
	if err != nil {
		return nil, err
	}
	return client.PutObject, nil
}

func putterV1(
	sdk *session.Session, r *lineprotocol.Request, save s3crypto.SaveStrategy,
) putObject {
	keys := s3crypto.NewKMSKeyGeneratorWithMatDesc(kms.New(sdk), r.Keyring.KmsKeyID, description(r))
	content := s3crypto.AESGCMContentCipherBuilder(keys)
	if r.Suite == "cbc" {
		content = s3crypto.AESCBCContentCipherBuilder(keys, s3crypto.AESCBCPadder)
	}
	return s3crypto.NewEncryptionClient(sdk, content, func(c *s3crypto.EncryptionClient) {
		c.SaveStrategy = save
	}).PutObject
}

func description(r *lineprotocol.Request) s3crypto.MaterialDescription {
	return aws.StringMap(r.Context)
}

func get(r *lineprotocol.Request) error {
	sdk, err := open(r.Server)
	if err != nil {
		return err
	}
	getObject, err := getter(sdk, r)
	if err != nil {
		return err
	}
	output, err := getObject(&s3.GetObjectInput{Bucket: &r.Bucket, Key: &r.Key})
	if err != nil {
		return err
	}
	return r.Save(output.Body)
}

type getObject func(*s3.GetObjectInput) (*s3.GetObjectOutput, error)

func getter(sdk *session.Session, r *lineprotocol.Request) (getObject, error) {
	if err := refuse(r, nil); err != nil {
		return nil, err
	}
	if r.Legacy {
		return s3crypto.NewDecryptionClient(sdk, func(c *s3crypto.DecryptionClient) {
			if r.Storage == "instruction" {
				c.LoadStrategy = load(sdk, r)
			}
		}).GetObject, nil
	}
	registry := s3crypto.NewCryptoRegistry()
	if err := s3crypto.RegisterAESGCMContentCipher(registry); err != nil {
		return nil, err
	}
	if err := s3crypto.RegisterKMSContextWrapWithCMK(
		registry, kms.New(sdk), r.Keyring.KmsKeyID); err != nil {
		return nil, err
	}
	client, err := s3crypto.NewDecryptionClientV2(sdk, registry,
		func(o *s3crypto.DecryptionClientOptions) {
			if r.Storage == "instruction" {
				o.LoadStrategy = load(sdk, r)
			}
		})
	if err != nil {
		return nil, err
	}
	return client.GetObject, nil
}

func load(sdk *session.Session, r *lineprotocol.Request) s3crypto.LoadStrategy {
	return s3crypto.S3LoadStrategy{Client: s3.New(sdk), InstructionFileSuffix: r.Suffix}
}

func bench(r *lineprotocol.Request) error {
	sdk, err := open(r.Server)
	if err != nil {
		return err
	}
	putObject, err := putter(sdk, r)
	if err != nil {
		return err
	}
	getObject, err := getter(sdk, r)
	if err != nil {
		return err
	}
	body, err := os.ReadFile(r.File)
	if err != nil {
		return err
	}
	return r.Timed(
		func(key string) error {
			_, err := putObject(
				&s3.PutObjectInput{Bucket: &r.Bucket, Key: &key, Body: bytes.NewReader(body)})
			return err
		},
		func(key string) (int64, error) {
			output, err := getObject(&s3.GetObjectInput{Bucket: &r.Bucket, Key: &key})
			if err != nil {
				return 0, err
			}
			return lineprotocol.Drain(output.Body)
		})
}
