// The engine has classes of these names that are never meant here.
global using AuthorizeAttribute = OrgGraph.Settings.Kernel.Access.AuthorizeAttribute;
global using ValidationError = OrgGraph.Settings.Kernel.Errors.ValidationError;
