import { optionsOf } from "./options";
import { createSdk } from "./sdk";

type Page = Window & { plugSDK?: ReturnType<typeof createSdk>; Plug?: unknown };

const files = /\/(widget|static\/plug)\.js([?#]|$)/;

const page = window as Page;
const script = (document.currentScript ??
  [...document.scripts].find(({ src }) => files.test(src)) ??
  null) as HTMLScriptElement | null;

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
