import { execFile } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = "/usr/lib/postgresql";
const minuteMillis = 60_000;

/**
 * Starts a PostgreSQL server of its own, which listens on a socket only.
 *
 * @returns {Promise<{url: string, stop: () => Promise<void>}>} the address of its database, and a stop that removes it
 */
export async function startPostgres() {
  if (!existsSync(root)) throw new Error("the PostgreSQL server programs are missing: apt-get install postgresql");
  const newest = readdirSync(root).toSorted((a, b) => Number(b) - Number(a))[0];
  const bin = path.join(root, newest, "bin");
  const dir = await mkdtemp(path.join(tmpdir(), "kith-e2e-pg-"));
  const account = await ownerOf(dir);
  const call = (program, ...args) => run(path.join(bin, program), args, { ...account, cwd: dir, timeout: minuteMillis });
  const data = path.join(dir, "data");
  await call("initdb", "-D", data, "-U", "kith", "-A", "trust", "-E", "UTF8", "--no-sync", "--locale=C.UTF-8");
  // No pipe to the server: it would be held open.
  const options = `-c listen_addresses='' -c fsync=off -k ${dir}`;
  await call("pg_ctl", "-D", data, "-l", path.join(dir, "log"), "-w", "-o", options, "start");
  return {
    url: `postgres://kith@/postgres?host=${dir}`,
    stop: async () => {
      await call("pg_ctl", "-D", data, "-m", "fast", "-w", "stop");
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/** PostgreSQL refuses to run as root: then it runs as the system's own account for it. */
async function ownerOf(dir) {
  if (userInfo().uid !== 0) return {};
  const { stdout: uid } = await run("id", ["-u", "postgres"]);
  const { stdout: gid } = await run("id", ["-g", "postgres"]);
  const account = { uid: Number(uid), gid: Number(gid) };
  await chown(dir, account.uid, account.gid);
  return account;
}
