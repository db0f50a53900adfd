import assert from "node:assert/strict";
import { accessSync, constants } from "node:fs";
import path from "node:path";
import { chromium } from "playwright-core";
import { eventually } from "./eventually.js";
import { patience, slowness } from "./patience.js";

const names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

// The first line makes it run in containers and without a display, the second
// keeps it from talking to anything but the server under test.
const flags = [
  ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"],
  ...["--disable-background-networking", "--disable-component-update", "--disable-sync"],
];

/** Starts the system's Chromium. */
export function launch() {
  return chromium.launch({ executablePath: findChromium(), args: flags });
}

function findChromium() {
  if (process.env.KITH_CHROMIUM) return process.env.KITH_CHROMIUM;
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const found = names.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
  if (!found) throw new Error("Chromium is not on the PATH: install it, or set KITH_CHROMIUM to where it is");
  return found;
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Laptop and phone, as the pages are designed for. */
export const screens = {
  laptop: { viewport: { width: 1280, height: 800 } },
  phone: { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true },
};

/** A page in a context of its own settings, slowed down as KITH_E2E_SLOW says. */
export async function newPage(context) {
  const page = await context.newPage();
  page.setDefaultTimeout(patience.action);
  if (slowness > 1) {
    const devtools = await context.newCDPSession(page);
    await devtools.send("Emulation.setCPUThrottlingRate", { rate: slowness });
  }
  return page;
}

/**
 * Opens a page that remembers everything that went wrong in it: console errors, exceptions, violations of
 * the Content-Security-Policy, requests that failed or left the server.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {string} baseURL the server under test
 * @param {object} screen one of `screens`
 */
export async function openPage(browser, baseURL, screen = screens.laptop) {
  const context = await browser.newContext({ baseURL, locale: "en-GB", ...screen });
  const page = await newPage(context);
  const problems = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()) && !isExpected(message)) {
      problems.push(`console ${message.type()}: ${message.text()} (${message.location().url})`);
    }
  });
  page.on("pageerror", (error) => problems.push(`exception: ${error.stack ?? error.message}`));
  page.on("request", (request) => {
    if (!request.url().startsWith(baseURL)) problems.push(`request to another place: ${request.url()}`);
  });
  const settled = watchRequests(page);
  await page.exposeFunction("reportViolation", (text) => problems.push(`CSP violation: ${text}`));
  await page.addInitScript(() => {
    document.addEventListener("securitypolicyviolation", (event) => {
      window.reportViolation(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
    });
  });
  return { page, context, problems, settled };
}

/** Waits until the browser has logged what was to be expected, which may be after the page has shown it, and forgets it. */
export async function logged({ problems }, expected) {
  await eventually(() => assert.ok(problems.some((problem) => expected.test(problem)), `nothing was logged like ${expected}`));
  problems.splice(0, problems.length, ...problems.filter((problem) => !expected.test(problem)));
}

/** Returns a function that waits until nothing was on its way for half a second, except for the stream of events, which stays open. */
function watchRequests(page) {
  const underWay = new Set();
  let changedAt = Date.now();
  const note = (change) => (request) => {
    if (request.url().includes("/events.stream")) return;
    underWay[change](request);
    changedAt = Date.now();
  };
  page.on("request", note("add"));
  page.on("requestfinished", note("delete"));
  page.on("requestfailed", note("delete"));
  return async () => {
    for (const end = Date.now() + patience.action; underWay.size > 0 || Date.now() - changedAt < 500; await page.waitForTimeout(50)) {
      if (Date.now() > end) throw new Error(`still under way: ${[...underWay].map((request) => request.url()).join(", ")}`);
    }
  };
}

/** Chromium logs every 401; asking who is signed in, and a wrong password, are answered with one. */
function isExpected(message) {
  return (
    message.text().includes("status of 401") &&
    /\/internal\/(dev-users\.self|dev-orgs\.get|sessions\.create)$/.test(message.location().url)
  );
}
