export const words = {
  frame: (team: string) => (team ? `Chat with ${team}` : "Chat"),
  open: (unread: number) => {
    if (unread === 0) return "Open chat";
    return unread === 1 ? "Open chat, 1 unread message" : `Open chat, ${unread} unread messages`;
  },
  close: "Close chat",
};
