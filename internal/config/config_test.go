package config

import (
	"log/slog"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/kith-id/kith/internal/errs"
)

func env(pairs map[string]string) func(string) string {
	return func(name string) string { return pairs[name] }
}

func TestPrecedence(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, FileName), `
listen = "127.0.0.1:1"
partition = "file"
log_level = "debug"
lenient = true
trusted_proxies = ["10.0.0.0/8", "::1"]
file_max_mib = 100
file_daily_mib = 0
file_types = ["image/*", "application/pdf"]
s3_endpoint = "https://s3.example.com"
s3_bucket = "kith-files"
s3_prefix = "kith/"
s3_path_style = true
s3_access_key = "a"
`)
	got, err := Load(Source{
		Env:   env(map[string]string{"KITH_DATA": dir, "KITH_LISTEN": "127.0.0.1:2", "KITH_PARTITION": "env", "KITH_LOG_FORMAT": "json", "KITH_S3_SECRET_KEY": "s"}),
		Flags: map[string]string{"listen": ":3"},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := Config{
		Listen: ":3", Data: dir, Partition: "env", Lenient: true, LogLevel: slog.LevelDebug, LogFormat: "json",
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")},
		FileMaxMiB:     100, FileTypes: []string{"image/*", "application/pdf"},
		S3: S3{Endpoint: "https://s3.example.com", Bucket: "kith-files", Prefix: "kith/", PathStyle: true, AccessKey: "a", SecretKey: "s"},
	}
	if diff := cmp.Diff(want, got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Error(diff)
	}
}

func TestDefaults(t *testing.T) {
	got, err := Load(Source{Env: env(nil)})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(Defaults(), got, cmpopts.EquateComparable(netip.Prefix{})); diff != "" {
		t.Error(diff)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestMistakesAreNamed(t *testing.T) {
	dir := t.TempDir()
	file := func(text string) string {
		path := filepath.Join(dir, "x.toml")
		write(t, path, text)
		return path
	}
	for name, c := range map[string]struct {
		flags map[string]string
		env   map[string]string
		file  string
		want  []string
	}{
		"no port":           {flags: map[string]string{"listen": "localhost"}, want: []string{"--listen", `"localhost"`, "host:port"}},
		"large port":        {flags: map[string]string{"listen": ":99999"}, want: []string{"--listen", "65535"}},
		"variable":          {env: map[string]string{"KITH_LOG_LEVEL": "loud"}, want: []string{"KITH_LOG_LEVEL", `"loud"`, "warn"}},
		"other database":    {flags: map[string]string{"database_url": "mysql://u:topsecret@h/d"}, want: []string{"--database-url", "postgres://"}},
		"public path":       {flags: map[string]string{"public_url": "https://x/y"}, want: []string{"--public-url", "without a path"}},
		"partition":         {flags: map[string]string{"partition": "No Good"}, want: []string{"--partition", "lower-case"}},
		"proxies":           {flags: map[string]string{"trusted_proxies": "10.0.0.0/8,x"}, want: []string{"--trusted-proxies", `"x"`}},
		"lenient":           {env: map[string]string{"KITH_LENIENT": "maybe"}, want: []string{"KITH_LENIENT", "true nor false"}},
		"format":            {flags: map[string]string{"log_format": "xml"}, want: []string{"--log-format", "json"}},
		"setup code":        {env: map[string]string{"KITH_SETUP_CODE": "short"}, want: []string{"KITH_SETUP_CODE", "8 to 256"}},
		"file size":         {env: map[string]string{"KITH_FILE_MAX_MIB": "0"}, want: []string{"KITH_FILE_MAX_MIB", `"0"`, "4096"}},
		"files a day":       {env: map[string]string{"KITH_FILE_DAILY_MIB": "-1"}, want: []string{"KITH_FILE_DAILY_MIB", `"-1"`}},
		"file types":        {file: `file_types = ["png"]`, want: []string{"file_types", `"png"`, "image/*"}},
		"S3 address":        {file: `s3_endpoint = "s3.example.com"`, want: []string{"s3_endpoint", "https://"}},
		"bucket":            {file: `s3_bucket = "Not A Bucket"`, want: []string{"s3_bucket", "3 to 63"}},
		"prefix":            {file: `s3_prefix = "kith"`, want: []string{"s3_prefix", "slash"}},
		"half an S3":        {file: `s3_endpoint = "https://s3.example.com"`, want: []string{"s3_bucket", "KITH_S3_BUCKET"}},
		"S3 without secret": {env: map[string]string{"KITH_S3_ENDPOINT": "https://x", "KITH_S3_BUCKET": "kith", "KITH_S3_ACCESS_KEY": "a"}, want: []string{"s3_secret_key", "KITH_S3_SECRET_KEY"}},
		"unknown setting":   {file: `lisen = "x"`, want: []string{"x.toml", `"lisen"`, "listen"}},
		"wrong type":        {file: `listen = {a = 1}`, want: []string{"x.toml", "listen"}},
		"not TOML":          {file: `listen =`, want: []string{"x.toml", "not TOML"}},
		"bad value in file": {file: `listen = "x"`, want: []string{"x.toml: listen", `"x"`}},
	} {
		t.Run(name, func(t *testing.T) {
			s := Source{Env: env(c.env), Flags: c.flags}
			if c.file != "" {
				s.File = file(c.file)
			}
			_, err := Load(s)
			if !errs.Is(err, errs.Invalid) {
				t.Fatalf("error %v, want one of kind invalid", err)
			}
			for _, part := range c.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("%q does not mention %s", err, part)
				}
			}
			if strings.Contains(err.Error(), "topsecret") {
				t.Errorf("%q shows a password", err)
			}
		})
	}
}

func TestAMissingFileThatWasAskedForIsAnError(t *testing.T) {
	_, err := Load(Source{File: filepath.Join(t.TempDir(), "none.toml"), Env: env(nil)})
	if !errs.Is(err, errs.Invalid) {
		t.Errorf("error %v, want one of kind invalid", err)
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		listen, public, base, issuer string
		loopback                     bool
	}{
		{"127.0.0.1:8080", "", "http://127.0.0.1:8080", "http://127.0.0.1:8080/", true},
		{"localhost:80", "", "http://localhost:80", "http://localhost:80/", true},
		{"[::1]:80", "", "http://[::1]:80", "http://[::1]:80/", true},
		{":8080", "", "http://127.0.0.1:8080", "http://127.0.0.1:8080/", false},
		{"0.0.0.0:8080", "", "http://127.0.0.1:8080", "http://127.0.0.1:8080/", false},
		{"192.0.2.1:8080", "", "http://192.0.2.1:8080", "http://192.0.2.1:8080/", false},
		{"127.0.0.1:8080", "https://kith.example.com", "https://kith.example.com", "https://kith.example.com/", true},
		// Clients that put api in the place of auth-token find the API.
		{"127.0.0.1:8080", "https://api.example.com", "https://api.example.com", "https://auth-token.example.com/", true},
	} {
		cfg := Config{Listen: c.listen, PublicURL: c.public}
		if got := cfg.BaseURL(c.listen); got != c.base {
			t.Errorf("%s %s: base %s, want %s", c.listen, c.public, got, c.base)
		}
		if got := cfg.Issuer(); got != c.issuer {
			t.Errorf("%s %s: issuer %s, want %s", c.listen, c.public, got, c.issuer)
		}
		if got := cfg.Loopback(); got != c.loopback {
			t.Errorf("%s: loopback %v, want %v", c.listen, got, c.loopback)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("listen", "127.0.0.1:8080")
	f.Add("trusted_proxies", "10.0.0.0/8, ::1")
	f.Add("public_url", "https://x")
	f.Fuzz(func(t *testing.T, name, value string) {
		_, err := Load(Source{Env: env(nil), Flags: map[string]string{name: value}})
		if err != nil && !errs.Is(err, errs.Invalid) {
			t.Errorf("%s=%q: %v is not of kind invalid", name, value, err)
		}
	})
}
