import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useRef } from "react";
import type { RevUser } from "@/api/types";
import { Avatar } from "@/components/ui/avatar";
import { contactDetail } from "@/features/contact/contact";
import { VerifiedBadge } from "@/features/contact/contact-marks";
import { formatDate } from "@/lib/format";

const cardHeight = 64;
const prefetchCards = 40;

type ContactCardsProps = {
  contacts: RevUser[];
  hasMore: boolean;
  onNearEnd: () => void;
  footer: ReactNode;
};

/** The list on phones: two lines a contact instead of eight columns. */
export function ContactCards({ contacts, hasMore, onNearEnd, footer }: ContactCardsProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: contacts.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => cardHeight,
    overscan: 12,
  });
  const items = virtualizer.getVirtualItems();
  const lastIndex = items.at(-1)?.index ?? 0;

  useEffect(() => {
    if (hasMore && lastIndex >= contacts.length - prefetchCards) onNearEnd();
  }, [hasMore, lastIndex, contacts.length, onNearEnd]);

  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard
    <section ref={scroller} aria-label="Contacts" tabIndex={0} className="h-full overflow-y-auto outline-offset-[-2px]">
      <ul className="relative" style={{ height: virtualizer.getTotalSize() }}>
        {items.map((item) => {
          const contact = contacts[item.index];
          return (
            contact && (
              <li
                key={contact.id}
                aria-setsize={hasMore ? -1 : contacts.length}
                aria-posinset={item.index + 1}
                className="absolute inset-x-0 top-0"
                style={{ height: cardHeight, transform: `translateY(${item.start}px)` }}
              >
                <ContactCard contact={contact} />
              </li>
            )
          );
        })}
      </ul>
      {footer}
    </section>
  );
}

function ContactCard({ contact }: { contact: RevUser }) {
  return (
    <div className="flex h-full items-center gap-3 border-line/70 border-b px-4">
      <Avatar name={contact.display_name} seed={contact.id} className="size-9 text-xs" />
      <div className="min-w-0 flex-1">
        <p className="flex items-center gap-1.5">
          <span className="truncate font-medium">{contact.display_name}</span>
          {contact.is_verified && <VerifiedBadge />}
        </p>
        <p className="truncate text-[0.8125rem] text-ink-3">{contactDetail(contact)}</p>
      </div>
      <div className="max-w-[38%] text-right text-[0.8125rem] text-ink-3">
        <p className="truncate text-ink-2">{contact.rev_org?.display_name}</p>
        <p className="truncate tabular-nums">{formatDate(contact.created_date)}</p>
      </div>
    </div>
  );
}
