package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// caller is one connection to a server, for measurements under load. The
// machine is shared with the server, so what a request costs here is taken from
// what is measured: its text is made beforehand, and of the answer only the
// status and the length are read.
type caller struct {
	conn net.Conn
	in   *bufio.Reader
}

// answerTime is how long an answer may take.
const answerTime = time.Minute

// requestText returns a request as it travels.
func (s *site) requestText(url string, body any) ([]byte, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, err
	}
	host, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	head := fmt.Sprintf("POST /%s HTTP/1.1\r\nHost: %s\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n",
		path, host, s.token, len(text))
	return append([]byte(head), text...), nil
}

// requests returns so many requests to one address.
func (s *site) requests(url string, n int, body func(i int) any) ([][]byte, error) {
	out := make([][]byte, n)
	for i := range out {
		var err error
		if out[i], err = s.requestText(url, body(i)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func newCaller(ctx context.Context, address string) (*caller, error) {
	conn, err := (&net.Dialer{Timeout: answerTime}).DialContext(ctx, "tcp", address)
	if err != nil {
		return nil, err
	}
	return &caller{conn, bufio.NewReader(conn)}, nil
}

// call sends a request and reads its answer to the end.
func (c *caller) call(request []byte) error {
	if err := c.conn.SetDeadline(time.Now().Add(answerTime)); err != nil {
		return err
	}
	if _, err := c.conn.Write(request); err != nil {
		return err
	}
	status, err := c.in.ReadString('\n')
	if err != nil {
		return err
	}
	length, err := c.skipHead()
	if err != nil {
		return err
	}
	if strings.HasPrefix(status, "HTTP/1.1 2") {
		_, err = c.in.Discard(length)
		return err
	}
	answer := make([]byte, length)
	if _, err := io.ReadFull(c.in, answer); err != nil {
		return err
	}
	return fmt.Errorf("%s answers %s%s", request, status, answer)
}

// skipHead reads the head of an answer and returns the length of what follows.
func (c *caller) skipHead() (length int, err error) {
	length = -1
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			return 0, err
		}
		line = bytes.TrimRight(line, "\r\n")
		if len(line) == 0 && length < 0 {
			return 0, fmt.Errorf("an answer without Content-Length")
		}
		if len(line) == 0 {
			return length, nil
		}
		if name, value, _ := bytes.Cut(line, []byte(": ")); bytes.EqualFold(name, []byte("Content-Length")) {
			if length, err = strconv.Atoi(string(value)); err != nil {
				return 0, err
			}
		}
	}
}
