package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// S3Config says which storage.
type S3Config struct {
	Endpoint  string // the URL of the service, without a path
	Bucket    string
	Region    string
	AccessKey string
	SecretKey string
	Prefix    string // of every object's name
	PathStyle bool   // the bucket stands in the path, not in the host name
}

// S3 keeps contents in a bucket that nobody but Kith needs to reach.
type S3 struct {
	client *minio.Client
	c      S3Config
}

// s3Patience bounds waiting for the storage's answer to one request, not the
// transfer of a content.
const s3Patience = 30 * time.Second

// NewS3 returns a store in a bucket. It does not call the storage.
func NewS3(c S3Config) (*S3, error) {
	u, err := url.Parse(c.Endpoint)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("blob: %q is not the URL of a storage", c.Endpoint)
	}
	style := minio.BucketLookupAuto
	if c.PathStyle {
		style = minio.BucketLookupPath
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.ResponseHeaderTimeout = s3Patience
	transport.DisableCompression = true // contents are given back as they are
	client, err := minio.New(u.Host, &minio.Options{
		Creds: credentials.NewStaticV4(c.AccessKey, c.SecretKey, ""), Secure: u.Scheme == "https", Region: c.Region, BucketLookup: style,
		Transport: transport, MaxRetries: 3,
	})
	return &S3{client, c}, err
}

func (s *S3) key(name string) (string, error) {
	if !nameForm.MatchString(name) {
		return "", errName
	}
	return s.c.Prefix + name, nil
}

// Put implements Store, in one request: the storage has all of a content or nothing.
func (s *S3) Put(ctx context.Context, name string, sp *Spool) error {
	key, err := s.key(name)
	if err != nil {
		return err
	}
	_, err = s.client.PutObject(ctx, s.c.Bucket, key, sp.Reader(), sp.Size, minio.PutObjectOptions{
		ContentType: "application/octet-stream", DisableMultipart: true, SendContentMd5: true,
	})
	return err
}

// Open implements Store.
func (s *S3) Open(ctx context.Context, name string) (io.ReadSeekCloser, error) {
	key, err := s.key(name)
	if err != nil {
		return nil, err
	}
	o, err := s.client.GetObject(ctx, s.c.Bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return nil, err
	}
	if _, err := o.Stat(); err != nil {
		return nil, errors.Join(absent(err), o.Close())
	}
	return o, nil
}

func absent(err error) error {
	if minio.ToErrorResponse(err).Code == "NoSuchKey" {
		return fmt.Errorf("%w: %w", fs.ErrNotExist, err)
	}
	return err
}

// Delete implements Store.
func (s *S3) Delete(ctx context.Context, name string) error {
	key, err := s.key(name)
	if err != nil {
		return err
	}
	err = s.client.RemoveObject(ctx, s.c.Bucket, key, minio.RemoveObjectOptions{})
	if errors.Is(absent(err), fs.ErrNotExist) {
		return nil
	}
	return err
}
