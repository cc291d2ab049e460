// SPDX-License-Identifier: Apache-2.0

// Peer: Amazon S3 Encryption Client for Go, version 4, on the AWS SDK for Go v2.
package main

import (
	"bytes"
	"context"
	"os"
	"strings"

	"github.com/aws/amazon-s3-encryption-client-go/v4/client"
	"github.com/aws/amazon-s3-encryption-client-go/v4/commitment"
	"github.com/aws/amazon-s3-encryption-client-go/v4/materials"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	lineprotocol "s3-cse/line-protocol"
)

var policies = map[string]commitment.CommitmentPolicy{
	"forbid-allow":    commitment.FORBID_ENCRYPT_ALLOW_DECRYPT,
	"require-allow":   commitment.REQUIRE_ENCRYPT_ALLOW_DECRYPT,
	"require-require": commitment.REQUIRE_ENCRYPT_REQUIRE_DECRYPT,
}

func main() {
	lineprotocol.Serve("go-v4", "github.com/aws/amazon-s3-encryption-client-go/v4",
		map[string]func(*lineprotocol.Request) error{
			"put": put, "get": get, "delete": remove, "bench": bench,
		})
}

func open(r *lineprotocol.Request) (*client.S3EncryptionClientV4, error) {
	if err := lineprotocol.Refuse(map[string]bool{
		"raw keyrings":                       !strings.HasPrefix(r.Keyring.Kind, "kms"),
		"custom suffix of instruction files": r.Suffix != "",
		"delayed authentication":             r.Delayed,
	}); err != nil {
		return nil, err
	}
	useEnvironment(r.Server)
	config := aws.Config{
		Region: r.Server.Region,
		Credentials: credentials.NewStaticCredentialsProvider(
			r.Server.AccessKeyID, r.Server.SecretAccessKey, ""),
	}
	bucket := s3.NewFromConfig(config, func(o *s3.Options) {
		o.BaseEndpoint = &r.Server.S3
		o.UsePathStyle = true
	})
	keys := kms.NewFromConfig(config, func(o *kms.Options) { o.BaseEndpoint = &r.Server.KMS })
	keyring := materials.NewKmsKeyring(keys, r.Keyring.KmsKeyID, func(o *materials.KeyringOptions) {
		o.EnableLegacyWrappingAlgorithms = r.Legacy
	})
	manager, err := materials.NewCryptographicMaterialsManager(keyring)
	if err != nil {
		return nil, err
	}
	return client.New(bucket, manager, func(o *client.EncryptionClientOptions) {
		o.CommitmentPolicy = policies[r.Commitment]
		o.EnableLegacyUnauthenticatedModes = r.Legacy
	})
}

// The library reads instruction files with a client of its own, which knows the environment only.
func useEnvironment(server lineprotocol.Server) {
	os.Setenv("AWS_ENDPOINT_URL_S3", server.S3)
	os.Setenv("AWS_REGION", server.Region)
	os.Setenv("AWS_ACCESS_KEY_ID", server.AccessKeyID)
	os.Setenv("AWS_SECRET_ACCESS_KEY", server.SecretAccessKey)
}

func openWriter(r *lineprotocol.Request) (*client.S3EncryptionClientV4, error) {
	if err := lineprotocol.Refuse(map[string]bool{
		"legacy wrapping on write":   r.Keyring.Kind == "kms",
		"CBC on write":               r.Suite == "cbc",
		"instruction files on write": r.Storage == "instruction",
		"multipart uploads":          r.Multipart != nil,
	}); err != nil {
		return nil, err
	}
	return open(r)
}

func put(r *lineprotocol.Request) error {
	encryption, err := openWriter(r)
	if err != nil {
		return err
	}
	body, err := os.Open(r.File)
	if err != nil {
		return err
	}
	defer body.Close()
	_, err = encryption.PutObject(withContext(r),
		&s3.PutObjectInput{Bucket: &r.Bucket, Key: &r.Key, Body: body})
	return err
}

func get(r *lineprotocol.Request) error {
	encryption, err := open(r)
	if err != nil {
		return err
	}
	output, err := encryption.GetObject(withContext(r),
		&s3.GetObjectInput{Bucket: &r.Bucket, Key: &r.Key})
	if err != nil {
		return err
	}
	return r.Save(output.Body)
}

func bench(r *lineprotocol.Request) error {
	encryption, err := openWriter(r)
	if err != nil {
		return err
	}
	body, err := os.ReadFile(r.File)
	if err != nil {
		return err
	}
	return r.Timed(
		func(key string) error {
			_, err := encryption.PutObject(context.Background(),
				&s3.PutObjectInput{Bucket: &r.Bucket, Key: &key, Body: bytes.NewReader(body)})
			return err
		},
		func(key string) (int64, error) {
			output, err := encryption.GetObject(context.Background(),
				&s3.GetObjectInput{Bucket: &r.Bucket, Key: &key})
			if err != nil {
				return 0, err
			}
			return lineprotocol.Drain(output.Body)
		})
}

func remove(r *lineprotocol.Request) error {
	encryption, err := open(r)
	if err != nil {
		return err
	}
	_, err = encryption.DeleteObject(context.Background(),
		&s3.DeleteObjectInput{Bucket: &r.Bucket, Key: &r.Key})
	return err
}

func withContext(r *lineprotocol.Request) context.Context {
	return context.WithValue(context.Background(), client.EncryptionContext, r.Context)
}
