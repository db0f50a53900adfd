export type Country = { code: string; name: string };

/** Codes that the standard of regions has beside those of countries. */
const noCountries = new Set(["EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"]);

let known: Country[] | undefined;

/** The countries by their names in the reader's language, as far as the browser knows them. */
export function countries(): Country[] {
  known ??= findCountries();
  return known;
}

function findCountries(): Country[] {
  const names = new Intl.DisplayNames(undefined, { type: "region", fallback: "none" });
  const letters = Array.from("ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  const codes = letters.flatMap((first) => letters.map((second) => first + second));
  return codes
    .filter((code) => !noCountries.has(code))
    .flatMap((code) => {
      const name = names.of(code);
      return name ? [{ code, name }] : [];
    })
    .sort((a, b) => a.name.localeCompare(b.name));
}
