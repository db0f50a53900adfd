import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { messageOf } from "@/api/client";
import type { AuthToken } from "@/api/types";
import { Badge } from "@/components/ui/badge";
import { Button } from "@/components/ui/button";
import { ConfirmDialog } from "@/components/ui/confirm-dialog";
import { isUsable, refreshTokens, revokeToken } from "@/features/token/token";
import { daysUntil, formatDate, formatDateTime, plural } from "@/lib/format";

const soonDays = 14;

export function TokenList({ tokens }: { tokens: AuthToken[] }) {
  const [revoking, setRevoking] = useState<AuthToken>();
  return (
    <>
      <ul
        aria-label="Personal tokens"
        className="divide-y divide-line overflow-hidden rounded-xl border border-line bg-surface shadow-panel"
      >
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
        <div className="flex items-center gap-2">
          <span className="truncate font-medium">{name}</span>
          <StatusBadge token={token} />
        </div>
        <p className="mt-0.5 text-[0.8125rem] text-ink-3">
          <span className="whitespace-nowrap" title={formatDateTime(token.issued_at)}>
            Created {formatDate(token.issued_at)}
          </span>
          {token.expires_at && token.status !== "revoked" && (
            <>
              {" · "}
              <span className="whitespace-nowrap" title={formatDateTime(token.expires_at)}>
                {isUsable(token) ? "expires" : "expired"} {formatDate(token.expires_at)}
              </span>
            </>
          )}
        </p>
      </div>
      {isUsable(token) && (
        <Button size="sm" onClick={onRevoke} aria-label={`Revoke ${name}`}>
          Revoke
        </Button>
      )}
    </li>
  );
}

function StatusBadge({ token }: { token: AuthToken }) {
  if (token.status === "revoked") return <Badge tone="danger">Revoked</Badge>;
  if (!isUsable(token)) return <Badge>Expired</Badge>;
  const days = token.expires_at ? daysUntil(token.expires_at) : Number.POSITIVE_INFINITY;
  return days <= soonDays ? <Badge tone="warn">{plural(days, "day")} left</Badge> : <Badge tone="brand">Active</Badge>;
}

function nameOf(token: AuthToken): string {
  return token.token_hint || "Unnamed token";
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
      title={`Revoke “${nameOf(token)}”?`}
      description="Whatever uses this token stops working at once. This cannot be undone."
      action="Revoke token"
      pending={revoke.isPending}
      error={revoke.error ? messageOf(revoke.error) : undefined}
      onConfirm={() => revoke.mutate()}
    />
  );
}
