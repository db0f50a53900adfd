type Child = Node | string | false | undefined;
type Props = { [name: string]: string | boolean | number | undefined | ((event: Event) => void) };

/** Makes an element: functions listen to events, everything else is an attribute. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined) element.setAttribute(name, String(value));
  }
  put(element, ...children);
  return element;
}

/** Puts the children in, in place of what there is. Those that are there already keep their state. */
export function put(parent: Element, ...children: Child[]): void {
  const nodes = children.filter((child) => child !== false && child !== undefined && child !== "") as (Node | string)[];
  if (nodes.length === parent.childNodes.length && nodes.every((node, at) => node === parent.childNodes[at])) return;
  parent.replaceChildren(...nodes);
}

const paths = {
  back: "M15 5l-7 7 7 7",
  close: "M6 6l12 12M18 6L6 18",
  clip: "M20 11.5l-8.3 8.3a5.3 5.3 0 0 1-7.5-7.5L12.5 4a3.5 3.5 0 0 1 5 5l-8.2 8.2a1.8 1.8 0 0 1-2.6-2.5l7.5-7.5",
  send: "M4 12l16-8-6 16-3-7z",
  plus: "M12 5v14M5 12h14",
  file: "M14 3H6v18h12V7zM14 3v4h4",
  next: "M9 5l7 7-7 7",
};

export function icon(name: keyof typeof paths): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", `icon ${name}`);
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}

export function button(name: keyof typeof paths, label: string, press: () => void, className = ""): HTMLButtonElement {
  return h(
    "button",
    { type: "button", class: `bare ${className}`, "aria-label": label, title: label, click: press },
    icon(name),
  );
}
