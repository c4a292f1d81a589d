using OrgGraph.Settings.Tests.Testing;

namespace OrgGraph.Settings.Tests.Invitations;

public sealed class ResendInvitationTests(SharedOrgGraph shared) : InvitationTest(shared)
{
    [Fact]
    public async Task New_link_works_and_the_old_one_is_void()
    {
        var olivia = await App.OliviaAsync();
        var id = await olivia.InviteAsync("again@resend.test");
        var old = await App.TokenOfAsync("again@resend.test");
        Assert.Equal(["LimitReachedError input"], (await olivia.MutateAsync("resendInvitation", new { invitationId = id })).Errors);
        await App.PassAsync(TimeSpan.FromMinutes(1));

        var resent = await olivia.MutateAsync("resendInvitation", new { invitationId = id }, "invitation { delivery expiresAt }");
        var fresh = await App.TokenOfAsync("again@resend.test");

        Assert.Equal("QUEUED", resent.Text("invitation", "delivery"));
        Assert.Equal(App.Clock.GetUtcNow().AddDays(7), resent["invitation", "expiresAt"].GetDateTimeOffset());
        Assert.NotEqual(old, fresh);
        var again = await App.SignInAsync("again@resend.test");
        Assert.Equal(["InvitationInvalidError input"], (await again.MutateAsync("acceptInvitation", new { token = old })).Errors);
        Assert.Equal(2, (await App.InvitationAsync(id)).GetProperty("sentCount").GetInt32());
        Assert.Empty((await again.MutateAsync("acceptInvitation", new { token = fresh })).Errors);
    }

    [Fact]
    public async Task Expired_one_is_an_event_and_opens_again()
    {
        var olivia = await App.OliviaAsync();
        var id = await olivia.InviteAsync("late@resend.test");
        var old = await App.TokenOfAsync("late@resend.test");
        var (_, cursor) = await olivia.PlaceAsync();
        await App.PassAsync(TimeSpan.FromDays(7));
        olivia = await App.OliviaAsync();
        var late = await App.SignInAsync("late@resend.test");

        Assert.Equal("EXPIRED", Status(await App.InvitationAsync(id)));
        Assert.Contains(await App.EventsSinceAsync(cursor), happened => happened.Kind() == "InvitationExpired" && happened.GetProperty("subjectName").GetString() == "late@resend.test");
        Assert.Equal(["InvitationInvalidError input"], (await late.MutateAsync("acceptInvitation", new { token = old })).Errors);
        Assert.Empty((await olivia.MutateAsync("resendInvitation", new { invitationId = id })).Errors);
        Assert.Equal("PENDING", Status(await App.InvitationAsync(id)));
        Assert.Empty((await late.MutateAsync("acceptInvitation", new { token = await App.TokenOfAsync("late@resend.test") })).Errors);
    }

    [Fact]
    public async Task Refused_when_it_was_revoked()
    {
        var olivia = await App.OliviaAsync();
        var id = await olivia.InviteAsync("gone@resend.test");
        await App.PassAsync(TimeSpan.FromMinutes(1));
        await olivia.MutateAsync("revokeInvitation", new { invitationId = id });

        Assert.Equal(["InvitationInvalidError input"], (await olivia.MutateAsync("resendInvitation", new { invitationId = id })).Errors);
    }
}

public sealed class RevokeInvitationTests(SharedOrgGraph shared) : InvitationTest(shared)
{
    [Fact]
    public async Task Link_is_void_at_once_and_again_changes_nothing()
    {
        var olivia = await App.OliviaAsync();
        var id = await olivia.InviteAsync("back@revoke.test");
        var token = await App.TokenOfAsync("back@revoke.test");

        Assert.NotNull((await olivia.MutateAsync("revokeInvitation", new { invitationId = id })).Version);
        Assert.Null((await olivia.MutateAsync("revokeInvitation", new { invitationId = id })).Version);

        var back = await App.SignInAsync("back@revoke.test");
        Assert.Equal(["InvitationInvalidError input"], (await back.MutateAsync("acceptInvitation", new { token })).Errors);
        Assert.Equal(["InvitationInvalidError input"], (await back.MutateAsync("acceptInvitation", new { invitationId = id })).Errors);
        Assert.Equal(["back@revoke.test INVITED"], Outcomes(await InviteAsync(olivia, ["back@revoke.test"])));
    }

    [Fact]
    public async Task No_mail_when_it_is_revoked_before_it_is_sent()
    {
        var olivia = await App.OliviaAsync();
        var id = await olivia.InviteAsync("unsent@revoke.test", sendEmails: false);

        await olivia.MutateAsync("revokeInvitation", new { invitationId = id });

        Assert.DoesNotContain(await App.MailsAsync(), mail => mail.To.Mailboxes.Single().Address == "unsent@revoke.test");
    }
}

public sealed class UpdateInvitationTests(SharedOrgGraph shared) : InvitationTest(shared)
{
    [Fact]
    public async Task Person_joins_the_new_groups()
    {
        var olivia = await App.OliviaAsync();
        var id = await olivia.InviteAsync("new@update.test", "Viewers");
        string[] groupIds = [await App.GroupIdAsync("Engineers"), await App.GroupIdAsync("Release managers")];

        var updated = await olivia.MutateAsync("updateInvitation", new { invitationId = id, groupIds }, "invitation { groups { name } version }");

        Assert.Equal(updated.Version, updated["invitation", "version"].GetInt32());
        var joined = await (await App.SignInAsync("new@update.test")).MutateAsync("acceptInvitation", new { token = await App.TokenOfAsync("new@update.test") }, "member { groups { name } }");
        Assert.Equal(["Engineers", "Release managers"], joined["member", "groups"].EnumerateArray().Select(group => group.GetProperty("name").GetString()));
    }

    [Fact]
    public async Task Refused_when_stale_without_groups_unknown_or_ended()
    {
        var olivia = await App.OliviaAsync();
        var id = await olivia.InviteAsync("errors@update.test");
        string[] viewers = [await App.GroupIdAsync("Viewers")];
        async Task<string[]> ErrorsAsync(object input) => (await olivia.MutateAsync("updateInvitation", input)).Errors;

        Assert.Equal(["ConflictError input.expectedVersion"], await ErrorsAsync(new { invitationId = id, groupIds = viewers, expectedVersion = 1 }));
        Assert.Equal(["GroupRequiredError input.groupIds"], await ErrorsAsync(new { invitationId = id, groupIds = Array.Empty<string>() }));
        Assert.Equal(["NotFoundError input.groupIds.0"], await ErrorsAsync(new { invitationId = id, groupIds = new[] { App.Acme } }));
        await olivia.MutateAsync("revokeInvitation", new { invitationId = id });
        Assert.Equal(["InvitationInvalidError input"], await ErrorsAsync(new { invitationId = id, groupIds = viewers }));
    }
}
