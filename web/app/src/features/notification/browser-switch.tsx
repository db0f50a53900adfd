import { useId, useState } from "react";
import { CheckField } from "@/components/ui/checkbox";
import { useNoticeChoice } from "@/features/notification/browser-notices";
import { useSession } from "@/features/session/use-session";
import { strings } from "@/strings";

const words = strings.notifications.browser;

/** Lets the browser show notifications while Kith is out of sight, in this browser. */
export function BrowserSwitch() {
  const member = useSession()?.user.id ?? "";
  const { choice, allowed, change } = useNoticeChoice(member);
  const [asks, setAsks] = useState(false);
  const note = useId();
  const turn = async (isOn: boolean) => {
    setAsks(true);
    await change({ isOn });
    setAsks(false);
  };
  const cannot = allowed === "denied" ? words.denied : allowed === "unsupported" ? words.unsupported : undefined;
  return (
    <div className="grid min-w-0 gap-2">
      <CheckField
        label={words.label}
        checked={choice.isOn}
        disabled={asks || cannot !== undefined}
        aria-describedby={note}
        onChange={(event) => void turn(event.target.checked)}
      />
      <p
        id={note}
        aria-live="polite"
        className="max-w-prose text-pretty pl-6.5 text-[0.8125rem] text-ink-3 empty:hidden"
      >
        {cannot ?? (asks ? words.asks : choice.isOn ? undefined : words.hint)}
      </p>
      {choice.isOn && (
        <div className="grid gap-2 pl-6.5">
          <CheckField
            label={words.text}
            hint={words.textHint}
            checked={choice.showsText}
            onChange={(event) => void change({ showsText: event.target.checked })}
          />
          <CheckField
            label={words.sound}
            checked={choice.hasSound}
            onChange={(event) => void change({ hasSound: event.target.checked })}
          />
        </div>
      )}
    </div>
  );
}
