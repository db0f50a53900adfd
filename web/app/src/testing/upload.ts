import { vi } from "vitest";

type Sent = { path: string; form: FormData };

type FakeRequest = {
  status: number;
  responseText: string;
  upload: { onprogress?: (event: { loaded: number; total: number }) => void };
  onload?: () => void;
  onabort?: () => void;
};

/**
 * Stands in for what takes files: each one waits until `go` lets it pass or fail. Its progress stands at half
 * meanwhile.
 */
export function takeFiles() {
  const sent: Sent[] = [];
  const waiting: FakeRequest[] = [];
  class Request implements FakeRequest {
    status = 0;
    responseText = "";
    upload: FakeRequest["upload"] = {};
    onload?: () => void;
    onabort?: () => void;
    private path = "";
    open(_method: string, path: string) {
      this.path = path;
    }
    send(form: FormData) {
      sent.push({ path: this.path, form });
      waiting.push(this);
      this.upload.onprogress?.({ loaded: 1, total: 2 });
    }
    abort() {
      waiting.splice(waiting.indexOf(this), 1);
      this.onabort?.();
    }
  }
  vi.stubGlobal("XMLHttpRequest", Request);
  const go = (status = 204, responseText = "") => {
    for (const request of waiting.splice(0)) {
      Object.assign(request, { status, responseText });
      request.onload?.();
    }
  };
  return { sent, waiting, go };
}
