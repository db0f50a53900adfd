import { Plus } from "lucide-react";
import { messageOf } from "@/api/client";
import type { Fragment, StockSchema } from "@/api/types";
import { SettingsSection } from "@/components/settings-page";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { iconOf } from "@/features/schema/field-types";
import { asRequest, labelOf, type Scope, withAdded } from "@/features/schema/schema";
import { useFragmentChange } from "@/features/schema/use-fragment-change";
import { strings } from "@/strings";

const words = strings.customization;

type OffersProps = { scope: Scope; stock: StockSchema; fragment: Fragment | undefined };

/** The fields that ship with Kith and that are not switched on yet. */
export function Offers({ scope, stock, fragment }: OffersProps) {
  const change = useFragmentChange(scope);
  const has = new Set(fragment?.fields.map(({ name }) => name));
  const offers = stock.optional_fields.filter(({ name }) => !has.has(name));
  if (offers.length === 0) return null;
  return (
    <SettingsSection title={words.offers} text={words.offersText}>
      {change.error && <Alert>{messageOf(change.error)}</Alert>}
      <ul className="flex flex-wrap gap-2">
        {offers.map((offer) => {
          const Icon = iconOf(offer);
          const label = labelOf(offer);
          return (
            <li key={offer.name}>
              <Button
                size="sm"
                aria-label={words.switchOn(label)}
                disabled={change.isPending}
                onClick={() => change.mutate((state) => withAdded(state, asRequest(offer)))}
              >
                <Icon aria-hidden className="text-ink-3" />
                {label}
                <Plus aria-hidden className="text-ink-3" />
              </Button>
            </li>
          );
        })}
      </ul>
    </SettingsSection>
  );
}
