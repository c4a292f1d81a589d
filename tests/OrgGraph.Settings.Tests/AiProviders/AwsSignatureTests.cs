using OrgGraph.Settings.AiProviders;

namespace OrgGraph.Settings.Tests.AiProviders;

/// <summary>Against the published test suite of Signature Version 4.</summary>
public sealed class AwsSignatureTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private static readonly DateTimeOffset Time = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("https://example.amazonaws.com/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("https://example.amazonaws.com/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")]
    public void Signature_is_that_of_the_suite(string url, string signature)
    {
        var signed = AwsSignature.Sign(HttpMethod.Get, new Uri(url), "us-east-1", "service", "AKIDEXAMPLE", Secret, null, Time);

        Assert.Equal(["Authorization", "x-amz-date"], signed.Select(header => header.Name));
        Assert.Equal(
            $"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature={signature}", signed[0].Value.Reveal());
    }
}
