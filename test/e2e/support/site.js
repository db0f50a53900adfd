import { once } from "node:events";
import { createServer } from "node:http";

/**
 * A site with one page, into which its owner puts what `body` says, as HTML.
 *
 * @returns {Promise<{url: string, body: string, stop: () => Promise<void>}>}
 */
export async function startSite() {
  const site = { body: "" };
  const server = createServer((_, response) => {
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.end(`<!doctype html><html lang="en"><title>Shop</title><main><h1>Shop</h1></main>${site.body}</html>`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  site.url = `http://127.0.0.1:${server.address().port}`;
  site.stop = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return site;
}
