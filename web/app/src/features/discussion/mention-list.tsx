import { Avatar } from "@/components/ui/avatar";
import { OptionBox } from "@/features/discussion/option-box";
import type { Mentionable } from "@/features/discussion/use-mentionables";
import { strings } from "@/strings";

type MentionListProps = {
  id: string;
  found: Mentionable[];
  active: number;
  onChoose: (chosen: Mentionable) => void;
};

/** Who can be named. */
export function MentionList(props: MentionListProps) {
  return (
    <OptionBox {...props} label={strings.discussion.mention} className="max-h-64 w-72">
      {({ id, name, detail }) => (
        <>
          <Avatar name={name} seed={id} />
          <span className="min-w-0 flex-1 truncate">{name}</span>
          <span className="max-w-1/2 truncate text-ink-3 text-xs">{detail}</span>
        </>
      )}
    </OptionBox>
  );
}
