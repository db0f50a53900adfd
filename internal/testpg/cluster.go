package testpg

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
)

// errMissing is what a developer without PostgreSQL reads.
var errMissing = errors.New("the PostgreSQL server programs are missing: apt-get install postgresql, or set KITH_TEST_DATABASE_URL")

// settings are small, because tests are. What a test kills is a program, never
// the machine, and the kernel keeps what was written: the disk is not waited for.
const settings = `listen_addresses = ''
unix_socket_directories = '%s'
max_connections = 300
shared_buffers = 64MB
max_wal_size = 256MB
fsync = off
full_page_writes = off
synchronous_commit = on
jit = off
`

// watchdog stops the server and removes its files once no test process has held
// the lock for a while: longer than the gap between two packages of one run.
// Only one lives at a time. $0 is pg_ctl, $1 the folder, $2 seconds.
const watchdog = `cd "$1" && exec flock --nonblock watch sh -c '
while sleep "$2"; do
	[ -d data ] || exit 0
	flock --nonblock --exclusive lock sh -c "\"\$0\" stop -D data -m fast -w >stop.log 2>&1; rm -rf data" "$0" && exit 0
done' "$0" "$1" "$2"`

// cluster is the private server: its folder, its programs and, when the tests
// run as root, the account it runs under (PostgreSQL refuses root).
type cluster struct {
	dir, bin string
	owner    *syscall.Credential
	idle     time.Duration
	inUse    *os.File // an open lock: this process uses the server
}

// startCluster returns the user's private server, started when no other process
// has. Keep it: its lock is closed with it, and then the watchdog stops the server.
func startCluster() (*cluster, error) {
	// Not TMPDIR when it may be deep or closed to the server's account: a
	// socket path ends at 107 bytes.
	tmp := os.TempDir()
	if len(tmp) > 60 || os.Getuid() == 0 {
		tmp = "/tmp"
	}
	// One of other settings, of another version of these tests, is another one.
	c, err := newCluster(filepath.Join(tmp, fmt.Sprintf("kith-testpg-%d-%08x", os.Getuid(), crc32.ChecksumIEEE([]byte(settings)))))
	if err != nil {
		return nil, err
	}
	return c, c.ensure()
}

// newCluster returns the cluster of a folder without touching either.
func newCluster(dir string) (*cluster, error) {
	bin, err := programs()
	if err != nil || os.Getuid() != 0 {
		return &cluster{dir: dir, bin: bin, idle: 30 * time.Second}, err
	}
	account, err := user.Lookup("postgres")
	if err != nil {
		return nil, errMissing
	}
	uid, _ := strconv.ParseUint(account.Uid, 10, 32)
	gid, _ := strconv.ParseUint(account.Gid, 10, 32)
	owner := &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
	return &cluster{dir: dir, bin: bin, idle: 30 * time.Second, owner: owner}, nil
}

// ensure makes the server run. The shared lock it leaves open for the life of
// this process keeps it running.
func (c *cluster) ensure() error {
	if err := c.makeDir(); err != nil {
		return err
	}
	starting, err := c.lock("start", syscall.LOCK_EX)
	if err != nil {
		return err
	}
	defer func() { _ = starting.Close() }()
	if c.inUse, err = c.lock("lock", syscall.LOCK_SH); err != nil || c.alive() {
		return err
	}
	if err := c.start(); err != nil {
		return err
	}
	return c.watch()
}

// programs returns the folder of the newest installed server programs.
func programs() (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/initdb")
	if path, err := exec.LookPath("initdb"); err == nil && len(found) == 0 {
		found = []string{path}
	}
	if len(found) == 0 {
		return "", errMissing
	}
	newest := slices.MaxFunc(found, func(a, b string) int { return version(a) - version(b) })
	return filepath.Dir(newest), nil
}

// version returns 15 for /usr/lib/postgresql/15/bin/initdb.
func version(path string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(path))))
	return n
}

// makeDir creates the folder, which only the server's account (and root) may
// enter: local connections are trusted. One that somebody else made is refused.
func (c *cluster) makeDir() error {
	uid := os.Getuid()
	if c.owner != nil {
		uid = int(c.owner.Uid)
	}
	if err := os.Mkdir(c.dir, 0o700); err == nil {
		return os.Chown(c.dir, uid, -1)
	}
	info, err := os.Lstat(c.dir)
	if err != nil {
		return err
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || (int(stat.Uid) != uid && int(stat.Uid) != os.Getuid()) || info.Mode().Perm() != 0o700 {
		return fmt.Errorf("%s is not a private folder of this user: remove it", c.dir)
	}
	return os.Chown(c.dir, uid, -1)
}

// lock takes an advisory lock of a file in the folder, waiting for it. The
// kernel releases it when the process ends, however it ends.
func (c *cluster) lock(name string, how int) (*os.File, error) {
	file, err := os.OpenFile(filepath.Join(c.dir, name), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if c.owner != nil {
		err = file.Chown(int(c.owner.Uid), -1) // the watchdog locks it too
	}
	if err == nil {
		err = syscall.Flock(int(file.Fd()), how)
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("lock %s: %w", file.Name(), err)
	}
	return file, nil
}

func (c *cluster) url() string { return "postgres://postgres@/postgres?host=" + c.dir }

func (c *cluster) data() string { return filepath.Join(c.dir, "data") }

// alive reports whether the server answers; a killed one leaves its socket behind.
func (c *cluster) alive() bool {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.url())
	if err != nil {
		return false
	}
	return conn.Close(ctx) == nil
}

// start makes a new cluster: what an earlier one left belongs to no living test.
func (c *cluster) start() error {
	_ = c.run("pg_ctl", "stop", "-D", c.data(), "-m", "immediate") // fails when none runs
	if err := os.RemoveAll(c.data()); err != nil {
		return err
	}
	args := []string{"-D", c.data(), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8"}
	if version(filepath.Join(c.bin, "initdb")) >= 15 {
		args = append(args, "--locale-provider=icu", "--icu-locale=en-US")
	}
	if err := c.run("initdb", args...); err != nil {
		return err
	}
	conf, err := os.OpenFile(filepath.Join(c.data(), "postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintf(conf, settings, c.dir); err != nil {
		return err
	}
	if err := conf.Close(); err != nil {
		return err
	}
	return c.run("pg_ctl", "start", "-D", c.data(), "-l", filepath.Join(c.dir, "log"), "-w", "-t", "60")
}

// run runs one of PostgreSQL's programs under the server's account.
func (c *cluster) run(program string, args ...string) error {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, program), args...)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner, Setsid: true}
	// A file, not a pipe: the server inherits it and would hold a pipe open.
	out, err := os.CreateTemp("", "kith-testpg-")
	if err != nil {
		return err
	}
	defer func() { _ = out.Close(); _ = os.Remove(out.Name()) }()
	cmd.Stdout, cmd.Stderr = out, out
	if err := cmd.Run(); err != nil {
		said, _ := os.ReadFile(out.Name())
		return fmt.Errorf("%s: %w: %s", program, err, bytes.TrimSpace(said))
	}
	return nil
}

// watch leaves a small shell behind that stops the server when it is idle.
func (c *cluster) watch() error {
	seconds := strconv.FormatFloat(c.idle.Seconds(), 'f', -1, 64)
	//nolint:noctx // it outlives this process on purpose
	cmd := exec.Command("sh", "-c", watchdog, filepath.Join(c.bin, "pg_ctl"), c.dir, seconds)
	cmd.Dir = c.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: c.owner, Setsid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	return cmd.Process.Release()
}
