import { lazy, Suspense } from "react";
import type { MarkdownProps } from "@/features/discussion/markdown";

// What reads Markdown is loaded with the first comment. Should it not come, the text is shown as it was typed.
const Markdown = lazy(() =>
  import("@/features/discussion/markdown").then(
    (loaded) => ({ default: loaded.Markdown }),
    () => ({ default: Plain }),
  ),
);

/** The text of a comment. */
export function CommentText(props: MarkdownProps) {
  return (
    <Suspense fallback={<Plain {...props} />}>
      <Markdown {...props} />
    </Suspense>
  );
}

function Plain({ text }: MarkdownProps) {
  return <p className="whitespace-pre-wrap break-words">{text}</p>;
}
