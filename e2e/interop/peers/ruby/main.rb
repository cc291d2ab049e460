# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

# Peer: the encryption clients of the AWS SDK for Ruby. Encryption (V1) writes what is legacy,
# EncryptionV2 the rest; what is legacy both of them read.

require 'aws-sdk-kms'
require 'aws-sdk-s3'
require_relative '../line-protocol/line_protocol'

SCHEMAS = {
  'kms+context' => :kms_context,
  'AES/GCM' => :aes_gcm,
  'RSA-OAEP-SHA1' => :rsa_oaep_sha1,
  'kms' => :kms_context,
  'AES' => :aes_gcm,
  'RSA' => :rsa_oaep_sha1
}.freeze
LEGACY = %w[kms AES RSA].freeze

def refuse(request)
  kind = request[:keyring][:kind]
  raw = !kms?(request)
  LineProtocol.refuse(
    "wrapping #{kind}" => !SCHEMAS.key?(kind),
    'key commitment' => request[:suite] == 'committing',
    'GCM with this legacy wrapping' => raw && LEGACY.include?(kind) && request[:suite] != 'cbc',
    'CBC with this wrapping' => raw && !LEGACY.include?(kind) && request[:suite] == 'cbc'
  )
end

def connection(server, endpoint)
  {
    endpoint: server[endpoint],
    region: server[:region],
    access_key_id: server[:accessKeyId],
    secret_access_key: server[:secretAccessKey]
  }
end

def kms?(request)
  request[:keyring][:kind].start_with?('kms')
end

def master_key(request)
  keyring = request[:keyring]
  if kms?(request)
    kms = Aws::KMS::Client.new(connection(request[:server], :kms))
    return { kms_key_id: keyring[:kmsKeyId], kms_client: kms }
  end

  key =
    if keyring[:kind].start_with?('AES')
      keyring[:aesKey].unpack1('m')
    else
      OpenSSL::PKey.read(keyring[:rsaPrivateKey].unpack1('m'))
    end
  { encryption_key: key, materials_description: JSON.generate(context(request)) }
end

def context(request)
  request[:context].transform_keys(&:to_s)
end

def options(request)
  s3 = Aws::S3::Client.new(force_path_style: true, **connection(request[:server], :s3))
  location = request[:storage] == 'instruction' ? :instruction_file : :metadata
  suffix = request[:suffix] ? { instruction_file_suffix: request[:suffix] } : {}
  { client: s3, envelope_location: location, **suffix, **master_key(request) }
end

def client_v1(request)
  Aws::S3::Encryption::Client.new(options(request))
end

def client_v2(request)
  Aws::S3::EncryptionV2::Client.new(
    key_wrap_schema: SCHEMAS.fetch(request[:keyring][:kind]),
    content_encryption_schema: :aes_gcm_no_padding,
    security_profile: request[:legacy] ? :v2_and_legacy : :v2,
    **options(request)
  )
end

def address(request)
  { bucket: request[:bucket], key: request[:key] }
end

# Of EncryptionV2, for KMS.
def request_context(request)
  kms?(request) ? { kms_encryption_context: context(request) } : {}
end

def refuse_to_write(request)
  legacy = LEGACY.include?(request[:keyring][:kind])
  refuse(request)
  LineProtocol.refuse(
    'multipart uploads' => request.key?(:multipart),
    'CBC with kms+context on write' => !legacy && request[:suite] == 'cbc',
    'GCM with kms on write' => legacy && request[:suite] != 'cbc',
    'encryption context with kms on write' =>
      request[:keyring][:kind] == 'kms' && !request[:context].empty?
  )
end

def put(request)
  refuse_to_write(request)
  File.open(request[:file], 'rb') do |body|
    if LEGACY.include?(request[:keyring][:kind])
      client_v1(request).put_object(body: body, **address(request))
    else
      client_v2(request).put_object(body: body, **address(request), **request_context(request))
    end
  end
end

# Debian's KMS client is too old to name a key when it decrypts: the ciphertext says which.
ANY_KEY = { kms_allow_decrypt_with_any_cmk: true }.freeze

def get(request)
  refuse(request)
  object = { **address(request), **request_context(request), **ANY_KEY }
  plaintext = client_v2(request).get_object(object).body.read
  if LEGACY.include?(request[:keyring][:kind])
    again = client_v1(request).get_object(address(request)).body.read
    raise 'Encryption and EncryptionV2 disagree' unless again == plaintext
  end
  File.binwrite(request[:file], plaintext)
end

def delete(request)
  refuse(request)
  client_v2(request).delete_object(address(request))
end

def bench(request)
  refuse_to_write(request)
  client = client_v2(request)
  bucket = request[:bucket]
  body = File.binread(request[:file])
  LineProtocol.timed(request) do |key|
    if request[:bench][:of] == 'put'
      client.put_object(bucket: bucket, key: key, body: body)
    else
      read = client.get_object(bucket: bucket, key: key, **ANY_KEY).body.size
      # An object that was not read must not count as a fast one.
      raise "read #{read} bytes" unless read == request[:bench][:size]
    end
  end
end

LineProtocol.serve(
  'ruby',
  Aws::S3::GEM_VERSION,
  put: method(:put), get: method(:get), delete: method(:delete), bench: method(:bench)
)
