/** The app's words in English, by the part of the app that shows them. */
export const en = {
  common: {
    add: "Add",
    cancel: "Cancel",
    chosen: "chosen",
    close: "Close",
    create: "Create",
    delete: "Delete",
    edit: "Edit",
    empty: "Empty",
    loadMore: "Load more",
    loading: "Loading",
    none: "None",
    nothingFound: "Nothing found",
    notifications: "Notifications",
    remove: "Remove",
    save: "Save",
    tryAgain: "Try again",
    undo: "Undo",
  },

  nav: {
    main: "Main",
    home: "Home",
    contacts: "Contacts",
    accounts: "Accounts",
    workspaces: "Workspaces",
    duplicates: "Duplicates",
    imports: "Imports",
    settings: "Settings",
    customization: "Object customization",
    tags: "Tags",
    members: "Members",
    tokens: "Tokens",
    identity: "Identity rules",
    org: "Organisation",
  },

  shortcuts: {
    goTo: (place: string) => `Go to ${place}`,
  },

  records: {},

  imports: {},

  duplicates: {},

  merges: {},

  customization: {},

  tags: {},

  members: {},

  tokens: {},

  identity: {},

  org: {},

  home: {},
};
