import { screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { Markdown } from "@/features/discussion/markdown";
import { addMention, decodeMentions, encodeMentions, mentionBefore } from "@/features/discussion/mention";
import { show } from "@/testing/show";

const don = "don:identity:kith:devo/1:revu/1";
const grace = { type: "rev_user", id: don, display_id: "REVU-1", display_name: "Grace *H*" } as const;
const html = () => document.body.innerHTML;

describe("the text of a comment", () => {
  it("takes a few forms of Markdown", () => {
    show(<Markdown text={"**b** *i* `c`\nnext\n\n- one\n- two\n\n1. first\n\n> said\n\n```\ncode\n```"} />);
    for (const tag of ["strong", "em", "code", "br", "ul li", "ol li", "blockquote", "pre code"]) {
      expect(document.querySelector(tag), tag).not.toBeNull();
    }
  });

  it("leads to the web and to mail, and nowhere else", () => {
    show(
      <Markdown text="[a](https://a.example) <m@a.example> [x](javascript:alert(1)) [y](data:text/html,x) [z](/api)" />,
    );
    const links = screen.getAllByRole("link");
    expect(links.map((link) => link.getAttribute("href"))).toEqual(["https://a.example", "mailto:m@a.example"]);
    expect(links[0]?.getAttribute("rel")).toBe("noopener noreferrer nofollow");
    expect(links[0]?.getAttribute("target")).toBe("_blank");
  });

  it("shows HTML as it was typed", () => {
    const hostile =
      "<script>alert(1)</script>\n\n<img src=x onerror=alert(1)>\n\nand <b onclick=alert(1)>b</b> ![p](https://a.example/p.png)";
    show(<Markdown text={hostile} />);
    for (const tag of ["script", "img", "b"]) expect(document.querySelector(`body ${tag}`), tag).toBeNull();
    expect(document.body.textContent).toContain("<script>alert(1)</script>");
    expect(document.body.textContent).toContain("<img src=x onerror=alert(1)>");
    expect(html()).not.toContain("<b ");
  });

  it("takes nesting beyond reason as text", () => {
    show(<Markdown text={`${">".repeat(3000)} deep`} />);
    expect(document.querySelectorAll("blockquote").length).toBeLessThan(20);
    expect(document.body.textContent).toContain("deep");
  });

  it("names the records it can, by their names as they are", () => {
    show(<Markdown text={`<${don}> asked <don:identity:kith:devo/1:revu/9>`} references={[grace]} />);
    const link = screen.getByRole("link", { name: "@Grace *H*" });
    expect(link.getAttribute("href")).toBe("/contacts/REVU-1");
    expect(document.body.textContent).toContain("asked someone");
  });
});

describe("mentions while writing", () => {
  it("become ids and names again", () => {
    const mentions = [
      { name: "Ann", id: "don:a" },
      { name: "Ann Lee", id: "don:b" },
    ];
    expect(encodeMentions("@Ann Lee and @Ann", mentions)).toBe("<don:b> and <don:a>");
    const { text, mentions: known } = decodeMentions(`Hi <${don}>`, [grace]);
    expect(text).toBe("Hi @Grace *H*");
    expect(encodeMentions(text, known)).toBe(`Hi <${don}>`);
  });

  it("tell two of one name apart", () => {
    const mentions = [{ name: "Ann", id: "a" }];
    expect(addMention(mentions, "b", "Ann", "REVU-2")).toBe("Ann REVU-2");
    expect(addMention(mentions, "a", "Ann", "REVU-1")).toBe("Ann");
    expect(mentions).toHaveLength(2);
  });

  it("are looked for in the word at the caret", () => {
    expect(mentionBefore("Hi @an", 6, [])).toBe("an");
    expect(mentionBefore("mail@an", 7, [])).toBeUndefined();
    expect(mentionBefore("Hi @Ann", 7, [{ name: "Ann", id: "a" }])).toBeUndefined();
  });
});
