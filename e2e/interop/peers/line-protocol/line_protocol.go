// SPDX-License-Identifier: Apache-2.0

// Package lineprotocol is the line protocol of the peers, for those written in Go: one JSON request
// per line on standard input, one JSON answer per line on standard output.
package lineprotocol

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Request is one line of standard input.
type Request struct {
	ID      int    `json:"id"`
	Op      string `json:"op"`
	Server  Server `json:"server"`
	Keyring struct {
		Kind     string `json:"kind"`
		KmsKeyID string `json:"kmsKeyId"`
	} `json:"keyring"`
	Suite      string            `json:"suite"`
	Commitment string            `json:"commitment"`
	Legacy     bool              `json:"legacy"`
	Storage    string            `json:"storage"`
	Suffix     string            `json:"suffix"`
	Context    map[string]string `json:"context"`
	Bucket     string            `json:"bucket"`
	Key        string            `json:"key"`
	File       string            `json:"file"`
	Multipart  *struct{}         `json:"multipart"`
	Delayed    bool              `json:"delayed"`
	Bench      *Bench            `json:"bench"`
}

// Bench says how often to put or get, and how many at a time.
type Bench struct {
	Of          string `json:"of"`
	Count       int    `json:"count"`
	Size        int    `json:"size"`
	Concurrency int    `json:"concurrency"`
	seconds     float64
}

// Server says where S3 and KMS are.
type Server struct {
	S3              string `json:"s3"`
	KMS             string `json:"kms"`
	Region          string `json:"region"`
	AccessKeyID     string `json:"accessKeyId"`
	SecretAccessKey string `json:"secretAccessKey"`
}

type answer struct {
	ID      int     `json:"id"`
	OK      bool    `json:"ok"`
	Seconds float64 `json:"seconds,omitempty"`
	Kind    string  `json:"kind,omitempty"`
	Error   string  `json:"error,omitempty"`
	Message string  `json:"message,omitempty"`
}

type unsupported struct{ reasons []string }

func (u unsupported) Error() string { return "no " + strings.Join(u.reasons, ", no ") }

// Refuse returns an error that says what the library has not: the names whose value is true.
func Refuse(reasons map[string]bool) error {
	var names []string
	for name, holds := range reasons {
		if holds {
			names = append(names, name)
		}
	}
	if names == nil {
		return nil
	}
	return unsupported{names}
}

// Serve answers until standard input ends.
//
// module is the path of the library's module, whose version the peer tells.
func Serve(peer, module string, operations map[string]func(*Request) error) {
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	must(out.Encode(map[string]any{"ready": true, "peer": peer, "version": version(module)}))

	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var request Request
		must(json.Unmarshal(lines.Bytes(), &request))
		must(out.Encode(run(&request, operations)))
	}
	must(lines.Err())
}

func run(request *Request, operations map[string]func(*Request) error) answer {
	operation, known := operations[request.Op]
	if !known {
		operation = func(*Request) error { return unsupported{[]string{"operation " + request.Op}} }
	}
	err := operation(request)
	if err == nil {
		result := answer{ID: request.ID, OK: true}
		if request.Bench != nil {
			result.Seconds = request.Bench.seconds
		}
		return result
	}
	kind := "error"
	var refusal unsupported
	if errors.As(err, &refusal) {
		kind = "unsupported"
	}
	return answer{ID: request.ID, Kind: kind, Error: fmt.Sprintf("%T", err), Message: err.Error()}
}

// Save reads a plaintext to its end, and only then writes it where the request says.
func (r *Request) Save(plaintext io.ReadCloser) error {
	defer plaintext.Close()
	content, err := io.ReadAll(plaintext)
	if err != nil {
		return err
	}
	return os.WriteFile(r.File, content, 0o600)
}

// Drain reads a plaintext to its end and returns its length.
func Drain(plaintext io.ReadCloser) (int64, error) {
	defer plaintext.Close()
	return io.Copy(io.Discard, plaintext)
}

// Timed calls one of the operations with each of the keys of a benchmark, as many at a time as it says.
// What get returns is the length that was read.
func (r *Request) Timed(put func(key string) error, get func(key string) (int64, error)) error {
	once := put
	if r.Bench.Of == "get" {
		once = func(key string) error {
			length, err := get(key)
			if err == nil && length != int64(r.Bench.Size) {
				// An object that was not read must not count as a fast one.
				err = fmt.Errorf("read %d bytes", length)
			}
			return err
		}
	}
	var work sync.WaitGroup
	var next atomic.Int64
	failures := make([]error, r.Bench.Concurrency)
	start := time.Now()
	for i := range failures {
		work.Go(func() {
			for n := next.Add(1) - 1; n < int64(r.Bench.Count); n = next.Add(1) - 1 {
				if err := once(fmt.Sprintf("%s-%d", r.Key, n)); err != nil {
					failures[i] = err
					return
				}
			}
		})
	}
	work.Wait()
	r.Bench.seconds = time.Since(start).Seconds()
	return errors.Join(failures...)
}

func version(module string) string {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, dependency := range info.Deps {
			if dependency.Path == module {
				return strings.TrimPrefix(dependency.Version, "v")
			}
		}
	}
	panic("no version of " + module)
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}
