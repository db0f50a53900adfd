import { describe, expect, it } from "vitest";
import { markdown, tokens } from "./markdown";

function html(text: string): string {
  const box = document.createElement("div");
  box.append(markdown(text, (id) => (id.endsWith("devu/1") ? "@Ada" : undefined)));
  return box.innerHTML;
}

describe("markdown", () => {
  it.each([
    ["plain", "<p>plain</p>"],
    ["one\ntwo\n\nthree", "<p>one<br>two</p><p>three</p>"],
    [
      "**bold** and *italic* and _so_ and ~~no~~",
      "<p><strong>bold</strong> and <em>italic</em> and <em>so</em> and <s>no</s></p>",
    ],
    ["snake_case_name and 2 * 3 * 4", "<p>snake_case_name and 2 * 3 * 4</p>"],
    ["`a < b **c**`", "<p><code>a &lt; b **c**</code></p>"],
    ["- a\n- **b**", "<ul><li>a</li><li><strong>b</strong></li></ul>"],
    ["3. a\n4. b", '<ol start="3"><li>a</li><li>b</li></ol>'],
    ["```js\nx <y>\n```\nafter", '<pre tabindex="0"><code>x &lt;y&gt;</code></pre><p>after</p>'],
    ["> said\n> so", "<blockquote>said<br>so</blockquote>"],
    ["# Title", "<p><strong>Title</strong></p>"],
    ["\\*not\\* so", "<p>*not* so</p>"],
    ["ask <don:identity:kith:devo/1:devu/1>", '<p>ask <span class="mention">@Ada</span></p>'],
  ])("shows %j", (text, want) => expect(html(text)).toBe(want));

  it.each([
    ["see https://a.example/x(1), or", "https://a.example/x(1", ")"],
    ["https://a.example/?q=1.", "https://a.example/?q=1", "."],
  ])("links the address in %j and not what ends the sentence", (text, href) => {
    expect(html(text)).toContain(`href="${href}`);
  });

  it("opens links elsewhere, and tells nobody where from", () => {
    expect(html("[x](https://a.example)")).toBe(
      '<p><a href="https://a.example/" target="_blank" rel="noopener noreferrer nofollow">x</a></p>',
    );
    expect(html("<mailto:a@b.example>")).toContain('href="mailto:a@b.example"');
  });

  it.each([
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:x)",
    "[x](//evil.example)",
    "<javascript:alert(1)>",
    '[x](https://a.example"onmouseover="alert(1))',
    "**<svg/onload=alert(1)>**",
    "```\n</code></pre><script>alert(1)</script>\n```",
    "[<img src=x onerror=alert(1)>](https://a.example)",
    "<don:<img src=x onerror=alert(1)>>",
    "- <iframe srcdoc='<script>alert(1)</script>'>",
  ])("makes nothing that runs of %j", (text) => {
    const box = document.createElement("div");
    box.append(markdown(text));
    expect(box.querySelector("script, img, svg, iframe, [onerror], [onload], [onmouseover], [srcdoc]")).toBeNull();
    for (const link of box.querySelectorAll("a")) expect(link.protocol).toMatch(/^(https?|mailto):$/);
    expect(
      [...box.querySelectorAll("*")].every(({ localName }) =>
        /^(p|br|strong|em|s|code|pre|ul|ol|li|a|span|blockquote)$/.test(localName),
      ),
    ).toBe(true);
  });

  it.each(["*", "_", "[", "`", "**a", "[a](", "<don:", "https://.", "(", "~~x", "\\", "> "])(
    "reads four times as many %o in about four times as long",
    (text) => {
      const spent = (length: number) => {
        const began = performance.now();
        [...text.repeat(length).matchAll(tokens)];
        return performance.now() - began;
      };
      spent(5_000); // what is compiled on the way counts for neither
      const times = Array.from({ length: 5 }, () => [spent(5_000), spent(20_000)] as const);
      const short = Math.min(...times.map(([first]) => first));
      const long = Math.min(...times.map(([, second]) => second));
      expect(long).toBeLessThan(10 * Math.max(short, 5)); // it takes 16 times as long when it grows with the square
    },
  );
});
