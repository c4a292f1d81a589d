using System.Net;
using OrgGraph.Server;
using OrgGraph.Server.Outbound;

namespace OrgGraph.Settings.Tests.Outbound;

/// <summary>Which addresses the server goes to: every edge of every network.</summary>
public sealed class AddressRulesTests
{
    private static readonly AddressRules Closed = new([], allowsHttp: false);

    [Theory]
    [InlineData("0.0.0.0", "0.255.255.255", "1.0.0.0")]
    [InlineData("10.0.0.0", "10.255.255.255", "9.255.255.255,11.0.0.0")]
    [InlineData("100.64.0.0", "100.127.255.255", "100.63.255.255,100.128.0.0")]
    [InlineData("127.0.0.0", "127.255.255.255", "126.255.255.255,128.0.0.0")]
    [InlineData("169.254.0.0", "169.254.255.255", "169.253.255.255,169.255.0.0")]
    [InlineData("172.16.0.0", "172.31.255.255", "172.15.255.255,172.32.0.0")]
    [InlineData("192.0.0.0", "192.0.0.255", "191.255.255.255,192.0.1.0")]
    [InlineData("192.0.2.0", "192.0.2.255", "192.0.3.0")]
    [InlineData("192.88.99.0", "192.88.99.255", "192.88.98.255,192.88.100.0")]
    [InlineData("192.168.0.0", "192.168.255.255", "192.167.255.255,192.169.0.0")]
    [InlineData("198.18.0.0", "198.19.255.255", "198.17.255.255,198.20.0.0")]
    [InlineData("198.51.100.0", "198.51.100.255", "198.51.99.255,198.51.101.0")]
    [InlineData("203.0.113.0", "203.0.113.255", "203.0.112.255,203.0.114.0")]
    [InlineData("224.0.0.0", "255.255.255.255", "223.255.255.255")]
    [InlineData("::", "::1", "")]
    [InlineData("fc00::", "fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "fbff::,2606:4700::1111")]
    [InlineData("fe80::", "febf:ffff::", "")]
    [InlineData("fec0::1", "feff::", "")]
    [InlineData("ff00::", "ffff:ffff::", "")]
    [InlineData("2001:db8::", "2001:db8:ffff::", "2001:db7::,2001:db9::")]
    public void Blocked_from_the_first_to_the_last_address_of_a_network(string first, string last, string around)
    {
        Assert.False(Closed.Allows(IPAddress.Parse(first), isPlain: false));
        Assert.False(Closed.Allows(IPAddress.Parse(last), isPlain: false));
        foreach (var outside in around.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            Assert.True(Closed.Allows(IPAddress.Parse(outside), isPlain: false), outside);
        }
    }

    [Theory]
    [InlineData("::ffff:10.0.0.1", "::ffff:8.8.8.8")]
    [InlineData("::ffff:127.0.0.1", "::ffff:1.1.1.1")]
    [InlineData("::10.0.0.1", "::8.8.8.8")]
    [InlineData("64:ff9b::a00:1", "64:ff9b::808:808")]
    [InlineData("64:ff9b::7f00:1", "64:ff9b::101:101")]
    [InlineData("64:ff9b:1::808:808", "2606:4700:4700::1111")]
    [InlineData("2002:a00:1::", "2002:808:808::")]
    [InlineData("2002:a9fe:a9fe::", "2002:101:101::1")]
    [InlineData("2001:0:7f00:1::f7f7:f7f7", "2001:0:808:808::f7f7:f7f7")]
    [InlineData("2001:0:808:808::f5ff:fffe", "2001:0:808:808::f7f7:f7f6")]
    public void Blocked_when_an_IPv6_address_stands_for_a_blocked_IPv4_one(string blocked, string open)
    {
        Assert.False(Closed.Allows(IPAddress.Parse(blocked), isPlain: false));
        Assert.True(Closed.Allows(IPAddress.Parse(open), isPlain: false));
    }

    [Fact]
    public void Listed_network_is_open_and_link_local_never_is()
    {
        var rules = new AddressRules(AddressRules.Parse("10.0.0.0/8, ::1/128,169.254.0.0/16, fe80::/10, 0.0.0.0/0"), allowsHttp: false);

        Assert.True(rules.Allows(IPAddress.Parse("10.1.2.3"), isPlain: false));
        Assert.True(rules.Allows(IPAddress.Parse("::ffff:10.1.2.3"), isPlain: false));
        Assert.True(rules.Allows(IPAddress.IPv6Loopback, isPlain: true));
        Assert.False(rules.Allows(IPAddress.Parse("169.254.169.254"), isPlain: false));
        Assert.False(rules.Allows(IPAddress.Parse("::ffff:169.254.169.254"), isPlain: false));
        Assert.False(rules.Allows(IPAddress.Parse("64:ff9b::a9fe:a9fe"), isPlain: false));
        Assert.False(rules.Allows(IPAddress.Parse("fe80::1"), isPlain: false));
        Assert.False(rules.Allows(IPAddress.Parse("fe80::1%1"), isPlain: false));
        Assert.False(rules.Allows(IPAddress.Parse("fd00::1"), isPlain: false));
    }

    [Fact]
    public void Http_goes_to_listed_networks_only_outside_development()
    {
        var listed = new AddressRules(AddressRules.Parse("10.0.0.0/8"), allowsHttp: false);

        Assert.False(listed.Allows(IPAddress.Parse("8.8.8.8"), isPlain: true));
        Assert.True(listed.Allows(IPAddress.Parse("10.0.0.1"), isPlain: true));
        Assert.True(new AddressRules([], allowsHttp: true).Allows(IPAddress.Parse("8.8.8.8"), isPlain: true));
        Assert.False(new AddressRules([], allowsHttp: true).Allows(IPAddress.Parse("10.0.0.1"), isPlain: true));
    }

    [Theory]
    [InlineData("10.0.0.0")]
    [InlineData("10.0.0.1/33")]
    [InlineData("localhost")]
    public void Start_is_refused_when_a_listed_network_is_none(string networks) =>
        Assert.Contains("OrgGraph__Outbound__AllowedNetworks", Assert.Throws<StartRefusedException>(() => AddressRules.Parse("10.0.0.0/8," + networks)).Message, StringComparison.Ordinal);
}
