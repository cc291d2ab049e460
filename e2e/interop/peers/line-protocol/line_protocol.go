// SPDX-License-Identifier: Apache-2.0

// Package lineprotocol is the line protocol of the peers, for those written in Go: one JSON request
// per line on standard input, one JSON answer per line on standard output.
package lineprotocol

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"strings"
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
	ID      int    `json:"id"`
	OK      bool   `json:"ok"`
	Kind    string `json:"kind,omitempty"`
	Error   string `json:"error,omitempty"`
	Message string `json:"message,omitempty"`
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
		return answer{ID: request.ID, OK: true}
	}
	kind := "error"
	var refusal unsupported
	if errors.As(err, &refusal) {
		kind = "unsupported"
	}
	return answer{request.ID, false, kind, fmt.Sprintf("%T", err), err.Error()}
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
