const tabs = ["overview", "discussion", "files"] as const;
type OpportunityTab = (typeof tabs)[number];

/** The state of an opportunity's page in the URL: the tab, unless it is the first. */
export type OpportunitySearch = { tab?: OpportunityTab };

export function parseOpportunitySearch({ tab }: Record<string, unknown>): OpportunitySearch {
  const known = tabs.find((name) => name === tab);
  return known && known !== "overview" ? { tab: known } : {};
}

export const shownStates = ["open", "closed", "all"] as const;
export type ShownState = (typeof shownStates)[number];

/** The state of the list in the URL: which opportunities, unless it is the open ones. */
export type OpportunitiesSearch = { state?: ShownState };

export function parseOpportunitiesSearch({ state }: Record<string, unknown>): OpportunitiesSearch {
  const known = shownStates.find((name) => name === state);
  return known && known !== "open" ? { state: known } : {};
}
