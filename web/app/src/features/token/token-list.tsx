import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/api/client";
import type { AuthToken } from "@/api/types";
import { listStyle } from "@/components/settings-page";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { actAsScope, applicationType, isUsable, publicType, refreshTokens, revokeToken } from "@/features/token/token";
import { daysUntil, formatDate, formatDateTime, plural } from "@/lib/format";
import { strings } from "@/strings";

const words = strings.tokens;

const soonDays = 14;

type TokenListProps = {
  tokens: AuthToken[];
  /** What a screen reader calls the list. */
  label: string;
  className?: string;
};

/** Tokens with the state that each is in, and a button that revokes it. */
export function TokenList({ tokens, label, className = listStyle }: TokenListProps) {
  const [revoking, setRevoking] = useState<AuthToken>();
  return (
    <>
      <ul aria-label={label} className={className}>
        {tokens.map((token) => (
          <TokenRow key={token.id} token={token} onRevoke={() => setRevoking(token)} />
        ))}
      </ul>
      {revoking && <RevokeDialog token={revoking} onClose={() => setRevoking(undefined)} />}
    </>
  );
}

function TokenRow({ token, onRevoke }: { token: AuthToken; onRevoke: () => void }) {
  const name = nameOf(token);
  return (
    <li className="flex items-center gap-3 px-4 py-3">
      <div className="min-w-0 flex-1">
        <div className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span className="truncate font-medium">{name}</span>
          <StatusBadge token={token} />
          <ApplicationBadges token={token} />
        </div>
        <p className="mt-0.5 text-[0.8125rem] text-ink-3">
          <span className="whitespace-nowrap" title={formatDateTime(token.issued_at)}>
            {words.createdAt(formatDate(token.issued_at))}
          </span>
          {token.expires_at && token.status !== "revoked" && (
            <>
              {" · "}
              <span className="whitespace-nowrap" title={formatDateTime(token.expires_at)}>
                {(isUsable(token) ? words.expiresAt : words.expiredAt)(formatDate(token.expires_at))}
              </span>
            </>
          )}
        </p>
      </div>
      {isUsable(token) && (
        <Button size="sm" onClick={onRevoke} aria-label={words.revokeNamed(name)}>
          {words.revoke}
        </Button>
      )}
    </li>
  );
}

function StatusBadge({ token }: { token: AuthToken }) {
  if (token.status === "revoked") return <Badge tone="danger">{words.revoked}</Badge>;
  if (!isUsable(token)) return <Badge>{words.expired}</Badge>;
  const days = token.expires_at ? daysUntil(token.expires_at) : Number.POSITIVE_INFINITY;
  return days <= soonDays ? (
    <Badge tone="warn">{words.left(plural(days, "day"))}</Badge>
  ) : (
    <Badge tone="brand">{words.active}</Badge>
  );
}

/** Where an application's token may be kept, and what more it may do. */
function ApplicationBadges({ token }: { token: AuthToken }) {
  if (token.requested_token_type === publicType) return <Badge>{words.public}</Badge>;
  if (token.requested_token_type !== applicationType) return null;
  return (
    <>
      <Badge>{words.private}</Badge>
      {token.scopes?.includes(actAsScope) && <Badge tone="warn">{words.mayActAs}</Badge>}
    </>
  );
}

function nameOf(token: AuthToken): string {
  return token.token_hint || words.unnamed;
}

function RevokeDialog({ token, onClose }: { token: AuthToken; onClose: () => void }) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => revokeToken(token.id),
    onSuccess: async () => {
      await refreshTokens(client);
      onClose();
    },
  });
  return (
    <ConfirmDialog
      open
      onOpenChange={(open) => !open && onClose()}
      title={words.revokeTitle(nameOf(token))}
      description={words.revokeText}
      action={words.revokeAction}
      pending={revoke.isPending}
      error={revoke.error ? messageOf(revoke.error) : undefined}
      onConfirm={() => revoke.mutate()}
    />
  );
}
