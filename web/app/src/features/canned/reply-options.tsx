import type { CannedReply } from "@/features/canned/canned";
import { OptionBox } from "@/features/discussion/option-box";
import { strings } from "@/strings";

type ReplyOptionsProps = {
  id: string;
  found: CannedReply[];
  active: number;
  onChoose: (chosen: CannedReply) => void;
};

/** Canned replies that fit what was typed. */
export function ReplyOptions(props: ReplyOptionsProps) {
  return (
    <OptionBox {...props} label={strings.canned.replies} className="max-h-72 w-96">
      {({ title, shortcut, body }) => (
        <span className="grid min-w-0 flex-1">
          <span className="flex min-w-0 items-baseline gap-2">
            <span className="min-w-0 flex-1 truncate">{title}</span>
            <span className="max-w-1/2 truncate text-ink-3 text-xs">/{shortcut}</span>
          </span>
          <span className="truncate text-ink-3 text-xs">{body.slice(0, 200)}</span>
        </span>
      )}
    </OptionBox>
  );
}
