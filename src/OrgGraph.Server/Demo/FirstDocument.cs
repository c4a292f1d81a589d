namespace OrgGraph.Server.Demo;

/// <summary>The text of a new tab in the IDE.</summary>
internal static class FirstDocument
{
    public const string Text = """
        # Welcome to OrgGraph. Sign in first: POST /demo/token {"email": "olivia@acme.test"} gives a token;
        # put it into this tab's HTTP headers as {"Authorization": "Bearer <token>"}.
        query Settings {
          organization(name: "Acme") {
            id
            name
            cursor
            members(first: 10) {
              totalCount
              nodes {
                user { displayName email }
                groups { name }
                isOwner
              }
            }
            permissionGroups { nodes { name memberCount memberGroups { name } } }
            invitations { nodes { email status delivery expiresAt } }
            apiKeys { nodes { name preview creator { displayName } lastUsedAt } }
            projects { nodes { name viewerPermissions } }
            aiProviders { nodes { name type preview isStale overriddenIn { name } } }
            loop { ready availableModels { name } }
            environments { nodes { name slug } }
          }
        }

        # Paste the id from above and watch what others change:
        subscription Watch($organizationId: ID!) {
          organizationEvents(organizationId: $organizationId) {
            __typename
            version
            actorName
            subjectName
          }
        }
        """;
}
