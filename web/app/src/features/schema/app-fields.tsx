import type { Fragment } from "@/api/types";
import { listStyle, SettingsSection } from "@/components/settings-page";
import { badgesOf, FieldRow } from "@/features/schema/field-row";
import { labelOf } from "@/features/schema/schema";
import { strings } from "@/strings";

const words = strings.customization;

/** The fields that an app has added: only it changes them. */
export function AppFields({ fragment }: { fragment: Fragment }) {
  const title = words.appFields(fragment.app_display_name || fragment.app || "");
  return (
    <SettingsSection title={title} text={words.appFieldsText}>
      <ul aria-label={title} className={listStyle}>
        {fragment.fields.map((field) => (
          <FieldRow
            key={field.name}
            field={field}
            label={labelOf(field)}
            name={`app_${fragment.app}__${field.name}`}
            badges={badgesOf(field)}
          />
        ))}
      </ul>
    </SettingsSection>
  );
}
