// The one-time token stands behind the '#', which browsers never send; the form carries it in its body.
const token = location.hash.slice(1) || sessionStorage.getItem("welcome") || "";
if (token) sessionStorage.setItem("welcome", token); // survives a refused password
document.querySelector("#welcome [name=token]").value = token;
history.replaceState(null, "", location.pathname);
