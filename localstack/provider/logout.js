// The person pressed "Log out" in Cuepipe already: they need not press it here again.
document.getElementById("yes").click();
