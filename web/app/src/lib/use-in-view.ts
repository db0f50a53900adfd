import { useEffect, useRef } from "react";

/** Calls back when the element that gets the ref comes into sight. */
export function useInView<Element_ extends HTMLElement>(onInView: () => void) {
  const element = useRef<Element_>(null);
  const latest = useRef(onInView);
  useEffect(() => {
    latest.current = onInView;
  });
  useEffect(() => {
    if (!element.current) return;
    const observer = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) latest.current();
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, []);
  return element;
}
