# SPDX-License-Identifier: Apache-2.0
# frozen_string_literal: true

require 'json'

# The line protocol of the peers, for those written in Ruby: one JSON request per line on standard
# input, one JSON answer per line on standard output.
module LineProtocol
  # The peer's library has no such feature.
  class Unsupported < StandardError; end

  module_function

  # Raises Unsupported with the names of the reasons that hold.
  def refuse(reasons)
    names = reasons.select { |_, holds| holds }.keys
    raise Unsupported, "no #{names.join(', no ')}" unless names.empty?
  end

  # Yields each of the keys of a benchmark, as many at a time as it says.
  def timed(request)
    bench = request[:bench]
    keys = Queue.new
    bench[:count].times { |i| keys << "#{request[:key]}-#{i}" }
    keys.close
    start = Process.clock_gettime(Process::CLOCK_MONOTONIC)
    workers = Array.new(bench[:concurrency]) do
      Thread.new do
        while (key = keys.pop)
          yield key
        end
      end
    end
    workers.each(&:value)
    { seconds: Process.clock_gettime(Process::CLOCK_MONOTONIC) - start }
  end

  # Answers until standard input ends. Operations are procs by name, of one request; a hash that one
  # returns goes into the answer.
  def serve(peer, version, operations)
    out = $stdout.dup
    $stdout.reopen($stderr) # what a library prints must not look like an answer
    out.sync = true
    out.puts JSON.generate(ready: true, peer: peer, version: version)
    $stdin.each_line do |line|
      request = JSON.parse(line, symbolize_names: true)
      out.puts JSON.generate(answer(request, operations))
    end
  end

  def answer(request, operations)
    operation = operations[request[:op].to_sym]
    raise Unsupported, "no operation #{request[:op]}" unless operation

    result = operation.call(request)
    { id: request[:id], ok: true, **(result.is_a?(Hash) ? result : {}) }
  rescue Unsupported => e
    { id: request[:id], ok: false, kind: 'unsupported', error: 'Unsupported', message: e.message }
  rescue StandardError => e
    warn e.full_message(highlight: false)
    { id: request[:id], ok: false, kind: 'error', error: e.class.name, message: e.message }
  end
end
