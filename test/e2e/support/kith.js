import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";

const binary = process.env.KITH_BIN ?? path.resolve(import.meta.dirname, "../../../bin/kith");
const startMillis = 60_000;
const stopMillis = 30_000;

/**
 * Starts the built binary on a free port with an empty data folder.
 *
 * @param {string} [databaseURL] a PostgreSQL database to use instead of SQLite
 * @returns {Promise<{url: string, data: string, run: (...args: string[]) => Promise<string>, stop: () => Promise<void>,
 *   crash: (pause: number) => Promise<void>}>} its address, its data folder, a way to run another command of the binary,
 *   a stop that fails when the server does not drain and end well, and a crash after which it is there again.
 */
export async function startKith(databaseURL) {
  const data = await mkdtemp(path.join(tmpdir(), "kith-e2e-"));
  const url = `http://127.0.0.1:${await freePort()}`;
  const start = () => serve(url, data, databaseURL);
  let running;
  try {
    running = await start();
  } catch (error) {
    await rm(data, { recursive: true, force: true });
    throw error;
  }
  return {
    url,
    data,
    run: (...args) => run(args),
    stop: () => stop(running.server, data, running.log),
    /** Ends the server as a power failure would, and starts another one `pause` milliseconds later. */
    crash: async (pause) => {
      running.server.kill("SIGKILL");
      await once(running.server, "exit");
      await new Promise((resolve) => setTimeout(resolve, pause));
      running = await start();
    },
  };
}

async function serve(url, data, databaseURL) {
  const server = spawn(binary, ["serve", "--listen", new URL(url).host, "--data", data], {
    env: { ...cleanEnv(), ...(databaseURL ? { KITH_DATABASE_URL: databaseURL } : {}) },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const log = collect(server);
  try {
    await ready(url, server, log);
  } catch (error) {
    server.kill("SIGKILL");
    throw error;
  }
  return { server, log };
}

/** A database or address of the developer's own must not leak into the tests. */
function cleanEnv() {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("KITH_")));
}

async function freePort() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  probe.close();
  await once(probe, "close");
  return port;
}

function collect(child) {
  const log = { text: "" };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      log.text += text;
    });
  }
  child.on("error", (error) => {
    log.text += error.message;
  });
  return log;
}

async function ready(url, server, log) {
  const deadline = Date.now() + startMillis;
  while (Date.now() < deadline) {
    if (server.exitCode !== null || server.pid === undefined) throw new Error(`${binary} did not start:\n${log.text}`);
    const answer = await fetch(`${url}/readyz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${binary} was not ready after ${startMillis} ms:\n${log.text}`);
}

async function stop(server, data, log) {
  if (server.exitCode === null) {
    const killer = setTimeout(() => server.kill("SIGKILL"), stopMillis);
    server.kill("SIGTERM");
    await once(server, "exit");
    clearTimeout(killer);
  }
  await rm(data, { recursive: true, force: true });
  if (server.exitCode !== 0) {
    throw new Error(`kith ended with code ${server.exitCode}, signal ${server.signalCode}:\n${log.text}`);
  }
}

async function run(args) {
  const child = spawn(binary, args, { env: cleanEnv(), stdio: ["ignore", "pipe", "pipe"] });
  const log = collect(child);
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`kith ${args.join(" ")} ended with code ${code}:\n${log.text}`);
  return log.text;
}
