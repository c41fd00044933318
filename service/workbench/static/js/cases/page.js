// The page of one case: from here to cases like it.

document.querySelector("[data-like]")?.addEventListener("click", (event) => {
  location.assign(`/cases?${new URLSearchParams({ like: event.currentTarget.dataset.like })}`);
});
