# SPDX-License-Identifier: Apache-2.0
"""Peer: S3CSE of aioboto3."""

import asyncio
import base64
import json
import sys
from importlib.metadata import version
from pathlib import Path

from aioboto3.s3.cse import (
    AsymmetricCryptoContext,
    KMSCryptoContext,
    S3CSE,
    SymmetricCryptoContext,
)
from aiobotocore.config import AioConfig

sys.path.insert(0, str(Path(__file__).parents[1] / "line-protocol"))
from line_protocol import (  # noqa: E402
    expect_length,
    read_body,
    refuse,
    serve,
    timed_async,
    write_body,
)


def client_args(service, server):
    return {
        "endpoint_url": server[service],
        "region_name": server["region"],
        "aws_access_key_id": server["accessKeyId"],
        "aws_secret_access_key": server["secretAccessKey"],
        "config": AioConfig(s3={"addressing_style": "path"}),
    }


def described(context, description):
    """Lets a crypto context of a raw key write a material description."""

    class Described(type(context)):
        async def get_encryption_aes_key(self):
            key, _, wrapped = await super().get_encryption_aes_key()
            return key, description, wrapped

    context.__class__ = Described
    return context


def kms(request):
    return KMSCryptoContext(
        keyid=request["keyring"]["kmsKeyId"],
        kms_client_args=client_args("kms", request["server"]),
        authenticated_encryption=request["suite"] == "gcm",
    )


def aes(request):
    key = base64.b64decode(request["keyring"]["aesKey"])
    return described(SymmetricCryptoContext(key), request["context"])


def rsa(request):
    keys = request["keyring"]
    load_public = AsymmetricCryptoContext.from_der_public_key
    load_private = AsymmetricCryptoContext.from_der_private_key
    context = AsymmetricCryptoContext(
        public_key=load_public(base64.b64decode(keys["rsaPublicKey"])),
        private_key=load_private(base64.b64decode(keys["rsaPrivateKey"])),
    )
    return described(context, request["context"])


CONTEXTS = {"kms": kms, "kms+context": kms, "AES": aes, "RSA": rsa}


open_clients = {}


async def open_client(request):
    """Kept open: to load the descriptions of the services takes longer than most requests."""
    kind = request["keyring"]["kind"]
    refuse(
        **{f"wrapping {kind}": kind not in CONTEXTS},
        key_commitment=request["suite"] == "committing",
        GCM_with_raw_keys=request["suite"] == "gcm" and kind in ("AES", "RSA"),
        instruction_files=request["storage"] == "instruction",
    )
    identity = json.dumps([request[part] for part in ("server", "keyring", "suite", "context")])
    if identity not in open_clients:
        client = S3CSE(CONTEXTS[kind](request), client_args("s3", request["server"]))
        await client.setup()
        open_clients[identity] = client
    return open_clients[identity]


def address(request):
    return {"Bucket": request["bucket"], "Key": request["key"]}


async def open_writer(request):
    refuse(
        **{"kms+context on write": request["keyring"]["kind"] == "kms+context"},
        encryption_context_on_write=request["keyring"]["kind"] == "kms" and request["context"] != {},
        multipart_uploads="multipart" in request,
    )
    return await open_client(request)


async def put(request):
    client = await open_writer(request)
    await client.put_object(read_body(request), **address(request))


async def get(request):
    extra = {"Range": request["range"]} if "range" in request else {}
    client = await open_client(request)
    response = await client.get_object(**address(request), **extra)
    write_body(request, await response["Body"].read())


async def bench(request):
    bucket = request["bucket"]
    body = read_body(request)
    client = await open_writer(request)

    async def put_one(key):
        await client.put_object(body, Bucket=bucket, Key=key)

    async def get_one(key):
        response = await client.get_object(Bucket=bucket, Key=key)
        expect_length(request, await response["Body"].read())

    return await timed_async(request, {"put": put_one, "get": get_one}[request["bench"]["of"]])


async def close():
    for client in open_clients.values():
        await client.close()


with asyncio.Runner() as runner:
    serve(
        "aioboto3",
        version("aioboto3"),
        {"put": put, "get": get, "get-range": get, "bench": bench},
        runner.run,
    )
    runner.run(close())
