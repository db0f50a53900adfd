import "./frame.css";
import { connect, type FromFrame, type ToFrame } from "../protocol";
import { App } from "./app";
import { openStore } from "./store";

/** The page that shows the frame opens the channel, once; nobody else is listened to. */
function listen({ source, data, ports }: MessageEvent): void {
  const port = ports[0];
  if (window.parent === window || source !== window.parent || data?.type !== connect || !port) return;
  removeEventListener("message", listen);
  const appId = new URLSearchParams(location.search).get("app_id") ?? "";
  const tell = (message: FromFrame) => port.postMessage(message);
  let app: App | undefined;
  port.onmessage = ({ data: message }: MessageEvent<ToFrame>) => {
    if (message.type !== "start") return app?.hear(message);
    if (app) return;
    app = new App(message, openStore(appId), appId, tell);
    document.body.replaceChildren(app.element);
    void app.start();
  };
}

addEventListener("message", listen);
