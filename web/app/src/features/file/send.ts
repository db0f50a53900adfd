import { ApiError } from "@/api/client";

/**
 * Sends a form and tells how far it is. XMLHttpRequest, since fetch does not tell; there is no limit of time, for
 * the server ends an upload from which nothing comes. Throws ApiError, or AbortError when the signal says so.
 */
export function send(
  path: string,
  form: FormData,
  onProgress: (part: number) => void,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const end = (then: () => void) => () => {
      signal.removeEventListener("abort", stop);
      then();
    };
    request.upload.onprogress = ({ loaded, total }) => onProgress(total > 0 ? loaded / total : 0);
    request.onload = end(() => (isOk(request.status) ? resolve() : reject(errorOf(request))));
    request.onerror = end(() => reject(new ApiError(0, "unavailable", unreachable, undefined, {})));
    request.onabort = end(() => reject(new DOMException("", "AbortError")));
    signal.addEventListener("abort", stop);
    request.open("POST", path);
    if (signal.aborted) request.abort();
    else request.send(form);
  });
}

const unreachable = "The file could not be sent. Check that you are online, and try again.";

function isOk(status: number): boolean {
  return status >= 200 && status < 300;
}

function errorOf({ status, responseText }: XMLHttpRequest): ApiError {
  const failed = (message: string) => new ApiError(status, "unknown", message, undefined, {});
  try {
    const { message } = JSON.parse(responseText) as { message?: string };
    return failed(message || unreachable);
  } catch {
    return failed(unreachable); // a proxy's HTML page
  }
}
