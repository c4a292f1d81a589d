using MailKit.Security;
using OrgGraph.Server.Mail;

namespace OrgGraph.Settings.Tests.Mail;

public sealed class SmtpAddressTests
{
    [Theory]
    [InlineData("smtp://mail.test", "mail.test", 587, SecureSocketOptions.StartTls)]
    [InlineData("smtp://mail.test:25", "mail.test", 25, SecureSocketOptions.StartTls)]
    [InlineData("smtp://10.0.0.7:1025/", "10.0.0.7", 1025, SecureSocketOptions.StartTls)]
    [InlineData("smtp://localhost.evil.test:25", "localhost.evil.test", 25, SecureSocketOptions.StartTls)]
    [InlineData("smtp://127.0.0.1:1025", "127.0.0.1", 1025, SecureSocketOptions.None)]
    [InlineData("smtp://localhost", "localhost", 587, SecureSocketOptions.None)]
    [InlineData("smtp://[::1]:25", "::1", 25, SecureSocketOptions.None)]
    [InlineData("smtps://mail.test", "mail.test", 465, SecureSocketOptions.SslOnConnect)]
    [InlineData("smtps://127.0.0.1:2465", "127.0.0.1", 2465, SecureSocketOptions.SslOnConnect)]
    public void Plain_text_goes_to_loopback_only(string url, string host, int port, SecureSocketOptions security)
    {
        SmtpAddress address = SmtpAddress.Read(url);
        Assert.Equal((host, port, security), (address.Host, address.Port, address.Security));
        Assert.Null(address.Credential);
    }

    [Fact]
    public void Reserved_characters_of_a_password_are_percent_encoded()
    {
        SmtpAddress address = SmtpAddress.Read("smtps://olivia%40acme.test:p%3Aa%2Fs%25s@mail.test");
        Assert.Equal("olivia@acme.test", address.Credential!.UserName);
        Assert.Equal("p:a/s%s", address.Credential.Password);
    }
}
