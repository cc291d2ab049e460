# SPDX-License-Identifier: Apache-2.0
"""Peer: Amazon S3 Encryption Client for Python, on boto3."""

import json
import sys
from importlib.metadata import version
from pathlib import Path

import boto3
from botocore.config import Config
from s3_encryption import S3EncryptionClient, S3EncryptionClientConfig
from s3_encryption.materials.kms_keyring import KmsKeyring
from s3_encryption.materials.materials import AlgorithmSuite, CommitmentPolicy

sys.path.insert(0, str(Path(__file__).parents[1] / "line-protocol"))
from line_protocol import (  # noqa: E402
    expect_length,
    read_body,
    refuse,
    serve,
    timed,
    write_body,
)

COMMITTING = AlgorithmSuite.ALG_AES_256_GCM_HKDF_SHA512_COMMIT_KEY
GCM = AlgorithmSuite.ALG_AES_256_GCM_IV12_TAG16_NO_KDF

# Commitment policy, and the suite that a client under it must name even to read.
POLICIES = {
    "forbid-allow": (CommitmentPolicy.FORBID_ENCRYPT_ALLOW_DECRYPT, GCM),
    "require-allow": (CommitmentPolicy.REQUIRE_ENCRYPT_ALLOW_DECRYPT, COMMITTING),
    "require-require": (CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT, COMMITTING),
}

session = boto3.Session()


def aws_client(service, server):
    return session.client(
        service,
        endpoint_url=server[service],
        region_name=server["region"],
        aws_access_key_id=server["accessKeyId"],
        aws_secret_access_key=server["secretAccessKey"],
        config=Config(s3={"addressing_style": "path"}),
    )


def open_client(request):
    keyring = request["keyring"]
    refuse(
        raw_keyrings=keyring["kind"] not in ("kms", "kms+context"),
        encryption_context_with_kms_v1=keyring["kind"] == "kms" and request["context"] != {},
        encryption_context_beyond_ASCII=not json.dumps(
            request["context"], ensure_ascii=False
        ).isascii(),
    )
    policy, suite = POLICIES[request["commitment"]]
    return S3EncryptionClient(
        aws_client("s3", request["server"]),
        S3EncryptionClientConfig(
            keyring=KmsKeyring(
                aws_client("kms", request["server"]),
                keyring["kmsKeyId"],
                enable_legacy_wrapping_algorithms=request["legacy"],
            ),
            encryption_algorithm=suite,
            commitment_policy=policy,
            enable_legacy_unauthenticated_modes=request["legacy"],
            enable_delayed_authentication=request.get("delayed", False),
        ),
    )


def address(request):
    where = {"Bucket": request["bucket"], "Key": request["key"]}
    if "suffix" in request:
        where["InstructionFileSuffix"] = request["suffix"]
    return where


def open_writer(request):
    refuse(
        legacy_wrapping_on_write=request["keyring"]["kind"] == "kms",
        CBC_on_write=request["suite"] == "cbc",
        instruction_files_on_write=request["storage"] == "instruction",
    )
    return open_client(request)


def put(request):
    multipart = request.get("multipart")
    refuse(parallel_parts=multipart is not None and multipart["parallel"])
    client = open_writer(request)
    context = {"EncryptionContext": request["context"]}
    if multipart is None:
        client.put_object(**address(request), **context, Body=read_body(request))
    else:
        client.upload_file(
            request["file"],
            request["bucket"],
            request["key"],
            multipart_threshold=1,
            multipart_chunksize=multipart["partSize"],
            **context,
        )


def get(request):
    response = open_client(request).get_object(
        **address(request), EncryptionContext=request["context"]
    )
    write_body(request, response["Body"].read())


def delete(request):
    open_client(request).delete_object(**address(request))


def bench(request):
    client = open_writer(request)
    bucket = request["bucket"]
    body = read_body(request)

    def put_one(key):
        client.put_object(Bucket=bucket, Key=key, Body=body)

    def get_one(key):
        expect_length(request, client.get_object(Bucket=bucket, Key=key)["Body"].read())

    return timed(request, {"put": put_one, "get": get_one}[request["bench"]["of"]])


serve(
    "python-v4",
    version("amazon-s3-encryption-client-python"),
    {"put": put, "get": get, "delete": delete, "bench": bench},
)
