import { optionsOf } from "./options";
import { createSdk } from "./sdk";

type Page = Window & { plugSDK?: ReturnType<typeof createSdk>; Plug?: unknown };

const files = /\/(widget|static\/plug)\.js([?#]|$)/;

const page = window as Page;
const script = findScript();

/** The script that runs, by which Kith is found: a token goes there, so nothing that looks alike will do. */
function findScript(): HTMLScriptElement | undefined {
  const running: unknown = document.currentScript; // which an element of that name can stand in for
  if (running instanceof HTMLScriptElement) return running;
  const alike = [...document.scripts].filter(({ src }) => files.test(src));
  return alike.length === 1 ? alike[0] : undefined;
}

if (!script?.src) console.warn("Kith widget: the script cannot tell where it came from; load it with <script src>");
else if (!page.plugSDK) {
  const sdk = createSdk(new URL(script.src).origin);
  page.plugSDK = sdk;
  // The form of years ago: its token stood for what the app id stands for today.
  page.Plug = function Plug(given?: { auth?: { appToken?: string } }) {
    const { auth, ...options } = given ?? {};
    sdk.init({ app_id: auth?.appToken, ...options });
    return sdk;
  };
}

if (script?.dataset.appId && page.plugSDK && !page.plugSDK.isPlugInitialized)
  page.plugSDK.init(optionsOf(script.dataset));
