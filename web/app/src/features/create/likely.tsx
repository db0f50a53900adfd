import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { answer, api } from "@/api/client";
import { Alert } from "@/components/ui/alert";
import { type RecordType, recordKinds } from "@/features/record/record";
import { type Found, searchRecords } from "@/features/record/use-records";
import { useDebounced } from "@/lib/use-debounced";
import { strings } from "@/strings";

/** What was typed so far that may name somebody who is there already. */
export type Observed = { name: string; email: string; phones: string[]; refs: string[] };

const shownMatches = 4;

/** Who is meant by what was typed, by the rules of the organisation; and who is called alike. */
export function Likely({ type, observed }: { type: RecordType; observed: Observed }) {
  const typed = useDebounced(JSON.stringify(observed), 300);
  const found = useQuery({
    queryKey: ["likely", type, typed],
    queryFn: ({ signal }) => likelyOnes(type, JSON.parse(typed) as Observed, signal),
    staleTime: 10_000,
    retry: false,
  });
  if (!found.data || found.data.length === 0) return null;
  return (
    <Alert tone="warn">
      <p className="font-medium">{strings.create.likely(recordKinds[type].words.one)}</p>
      <ul className="mt-1 grid gap-0.5">
        {found.data.map(({ id, display_id, display_name, detail }) => (
          <li key={id}>
            <Link
              to={`${recordKinds[type].path}/$id`}
              params={{ id: display_id }}
              target="_blank"
              className="font-medium underline underline-offset-2"
            >
              {display_name}
            </Link>
            {detail && <span> · {detail}</span>}
          </li>
        ))}
      </ul>
    </Alert>
  );
}

async function likelyOnes(type: RecordType, observed: Observed, signal: AbortSignal): Promise<Found[]> {
  const { name, email, phones, refs } = observed;
  const names = type === "rev_user" && (email || phones.length || refs.length);
  const [known, alike] = await Promise.all([
    names ? meant(observed, signal) : [],
    // Who has the address is told also when the search does not answer.
    name.length >= 3 ? searchRecords(type, name, shownMatches, signal).catch((): Found[] => []) : [],
  ]);
  const all = new Map([...known, ...alike].map((one) => [one.id, one]));
  return [...all.values()].slice(0, shownMatches);
}

/** Whom the rules would take it for: nothing is written. What is no address yet is no one's. */
async function meant({ email, phones, refs }: Observed, signal: AbortSignal): Promise<Found[]> {
  const observation = { emails: email ? [email] : [], phone_numbers: phones, external_refs: refs };
  try {
    const out = await answer(api.POST("/identities.resolve", { body: { observation }, signal }));
    const matched = out.decision === "matched" && out.rev_user ? [out.rev_user] : [];
    const candidates = out.candidates.map(({ rev_user }) => rev_user);
    return [...matched, ...candidates].map(({ id, display_id = "", display_name = "" }) => {
      return { type: "rev_user", id, display_id, display_name, detail: display_id };
    });
  } catch {
    return [];
  }
}
